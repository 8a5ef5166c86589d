import {
  articleOutcomes,
  articleParsed,
  type EventOf,
  pageFetched,
  replayStarted,
  topicAddress,
} from '@newsmill/contracts';
import {
  countReplay,
  decodeEvent,
  defineStage,
  deterministicId,
  emit,
  encodeEvent,
  findReplay,
  header,
  type LogRecord,
  nextReplayId,
  planReplay,
  type ReplayPlan,
  type ReplayRange,
  replayGroupOf,
  replayOf,
  type ReplayReport,
  runReplay,
  topicSpecs,
} from '@newsmill/stage';
import { recordOf } from '@newsmill/standalone';
import { MemoryTransport } from '@newsmill/transport';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { articlePage } from './support/test-site.ts';

const PREFIX = 'newsmill';
const PAGES = topicAddress(PREFIX, pageFetched);
const PARSED = topicAddress(PREFIX, articleParsed);
const stage = defineStage({ name: 'parse', description: '', reads: pageFetched, writes: [articleParsed] });
type Page = EventOf<typeof pageFetched>;

const found = recordOf(articlePage(1), 'https://a.example/1', new Date(0));
if (!('record' in found)) throw new Error(found.reason);
const { record } = found;

let transport: MemoryTransport;

beforeEach(async () => {
  transport = new MemoryTransport();
  await transport.connect();
  await transport.applyTopics(
    topicSpecs(PREFIX, [pageFetched, articleParsed, articleOutcomes, replayStarted], [stage]),
  );
});

afterEach(() => transport.close());

async function publishPages(from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await transport.publish(
    numbers.map((number) => {
      const page: Page = {
        receiptId: `r${number}`,
        origin: { mode: 'push', source: 'test' },
        pageId: `p${number}`,
        url: { original: `https://a.example/${number}`, final: `https://a.example/${number}` },
        mediaType: 'text/html',
        content: 'x',
        fetchedAt: '2026-01-01T00:00:00.000Z',
      };
      return encodeEvent(PREFIX, pageFetched, page, { id: `page-${number}`, source: '/test', time: 0 });
    }),
  );
}

async function readAll(topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const one of transport.read(topic, 'earliest')) records.push(one);
  return records;
}

function plan(range: ReplayRange, id = '1'): Promise<ReplayPlan> {
  return planReplay(transport, PREFIX, stage, id, range);
}

/** Runs a plan. @returns the report, and the receipts that were handled, in order of their numbers */
async function run(
  planned: ReplayPlan,
  options: { selects?: (page: Page) => boolean; stopAfter?: number; rate?: number } = {},
): Promise<ReplayReport & { handled: number[] }> {
  const handled: number[] = [];
  const stop = new AbortController();
  const { stopAfter = Infinity, ...rest } = options;
  const report = await runReplay({
    transport,
    prefix: PREFIX,
    plan: planned,
    stage,
    serviceVersion: '1',
    signal: stop.signal,
    handler: (pages) =>
      pages.map(({ receiptId }) => {
        handled.push(Number(receiptId.slice(1)));
        if (handled.length >= stopAfter) stop.abort();
        return emit(articleParsed, { articleId: receiptId, receiptId, record });
      }),
    ...rest,
  });
  return { ...report, handled: handled.sort((a, b) => a - b) };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('a replay', () => {
  it('is not begun by a clock behind that of an earlier one, which it would change nothing of', async () => {
    const at = new Date('2026-05-02T10:00:00Z');
    const id = await nextReplayId(transport, PREFIX, at, 'b');
    await plan({ from: 'earliest' }, id);
    expect(await nextReplayId(transport, PREFIX, at, 'a')).toBe('20260502T100000Z-a');
    await expect(nextReplayId(transport, PREFIX, new Date('2026-05-01T10:00:00Z'), 'c')).rejects.toThrow(
      `says 2026-05-01T10:00:00.000Z, and replay ${id} began after that`,
    );
  });

  it('handles history once, marked and under ids of its own, and ends where the log ended', async () => {
    await publishPages(0, 50);
    const planned = await plan({ from: 'earliest' });
    await publishPages(50, 60);
    const report = await run(planned);
    expect(report).toMatchObject({ finished: true, done: 50, total: 50, outcomes: { emitted: 50 }, unreadable: 0 });
    expect(report.handled).toEqual(numbers(0, 50));
    const outputs = await readAll(PARSED);
    expect(new Set(outputs.map(replayOf))).toEqual(new Set(['news.page.fetched.v1=1']));
    const live = deterministicId('parse', '/test', 'page-0', articleParsed.name, '0');
    expect(outputs.map((output) => header(output, 'ce_id'))).not.toContain(live);
    expect((await run(planned)).handled).toEqual([]);
  });

  it('never moves the live group', async () => {
    await publishPages(0, 20);
    await transport.seek(PAGES, 'newsmill.parse', 'latest');
    const before = await transport.lag(PAGES, 'newsmill.parse');
    await run(await plan({ from: 'earliest' }));
    expect(await transport.lag(PAGES, 'newsmill.parse')).toEqual(before);
  });

  it('goes on where it was stopped, with the same ids, from the plan on the log', async () => {
    await publishPages(0, 100);
    await plan({ from: 'earliest', only: ['a.example'] });
    const first = await run((await findReplay(transport, PREFIX, '1'))!, { stopAfter: 15, rate: 10 });
    expect(first.finished).toBe(false);
    const second = await run((await findReplay(transport, PREFIX, '1'))!);
    expect(second.finished).toBe(true);
    expect([...first.handled, ...second.handled].sort((a, b) => a - b)).toEqual(numbers(0, 100));
    const ids = (await readAll(PARSED)).map((output) => header(output, 'ce_id'));
    expect(new Set(ids).size).toBe(100);
    expect((await findReplay(transport, PREFIX, '1'))?.only).toEqual(['a.example']);
    expect(await findReplay(transport, PREFIX, '2')).toBeUndefined();
  });

  it.each<[string, (time: number) => ReplayRange]>([
    ['time', (time) => ({ from: { time } })],
    ['time to time', (time) => ({ from: { time }, to: { time: Date.now() + 60_000 } })],
  ])('begins at a %s', async (_, range) => {
    await publishPages(0, 20);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const time = Date.now();
    await publishPages(20, 40);
    expect((await run(await plan(range(time)))).handled).toEqual(numbers(20, 40));
    expect((await countReplay(transport, PREFIX, stage, range(time))).selected).toBe(20);
  });

  it('ends before a time', async () => {
    await publishPages(0, 20);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const range: ReplayRange = { from: 'earliest', to: { time: Date.now() } };
    await publishPages(20, 40);
    expect((await run(await plan(range))).handled).toEqual(numbers(0, 20));
    expect((await countReplay(transport, PREFIX, stage, range)).selected).toBe(20);
  });

  it('takes offsets of every partition, or of the ones that are meant', async () => {
    await publishPages(0, 60);
    const records = await readAll(PAGES);
    const wanted = (matches: (one: LogRecord) => boolean): number[] =>
      records
        .filter(matches)
        .map((one) => Number(decodeEvent(pageFetched, one).receiptId.slice(1)))
        .sort((a, b) => a - b);
    const every = await run(await plan({ from: { offset: 3n }, to: { offset: 6n } }, '1'));
    expect(every.handled).toEqual(wanted(({ offset }) => offset >= 3n && offset < 6n));
    const range: ReplayRange = { from: { offsets: { 2: 1n } }, to: { offsets: { 2: 4n } } };
    const one = wanted(({ partition, offset }) => partition === 2 && offset >= 1n && offset < 4n);
    expect((await run(await plan(range, '2'))).handled).toEqual(one);
    expect((await countReplay(transport, PREFIX, stage, range)).selected).toBe(one.length);
  });

  it('handles what is selected, and leaves aside what cannot be read', async () => {
    await publishPages(0, 20);
    await transport.publish([{ topic: PAGES, key: null, value: Buffer.from('{'), headers: {} }]);
    const selects = ({ receiptId }: Page): boolean => receiptId === 'r7';
    const planned = await plan({ from: 'earliest' });
    expect(await countReplay(transport, PREFIX, stage, { from: 'earliest' }, selects)).toEqual({
      read: 21,
      selected: 1,
      unreadable: 1,
    });
    const report = await run(planned, { selects });
    expect(report).toMatchObject({ finished: true, unreadable: 1, handled: [7] });
    expect(await readAll('newsmill.parse.dead.v1')).toEqual([]);
  });

  it('keeps to its rate', async () => {
    await publishPages(0, 30);
    const planned = await plan({ from: 'earliest' });
    const began = Date.now();
    expect((await run(planned, { rate: 20 })).handled).toHaveLength(30);
    expect(Date.now() - began).toBeGreaterThan(1_000);
  });

  it('has its own group', () => {
    expect(replayGroupOf('newsmill', { stage: 'parse', replayId: '1' })).toBe('newsmill.parse.replay.1');
  });
});
