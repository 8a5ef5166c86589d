import { articleOutcomes, defineTopic, type ErrorClass, type EventOf, topicAddress } from '@newsmill/contracts';
import {
  type DeadLetter,
  DeadLetterCounter,
  type DeadLetterFilter,
  DeadLetters,
  createRunner,
  decodeEvent,
  defineStage,
  emit,
  encodeEvent,
  fail,
  type LogRecord,
  MAX_REDRIVES,
  StageFault,
  summaryOf,
  topicSpecs,
} from '@newsmill/stage';
import { MemoryTransport } from '@newsmill/transport';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

const schema = z.strictObject({ id: z.string() });
const definition = {
  schema,
  description: '',
  key: ({ id }: z.output<typeof schema>) => id,
  subject: ({ id }: z.output<typeof schema>) => ({ id, receiptId: `r-${id}` }),
  retention: { cleanup: 'delete', days: 1 },
  partitions: 3,
} as const;
const said = defineTopic({ ...definition, name: 'news.word.said.v1' });
const heard = defineTopic({ ...definition, name: 'news.word.heard.v1' });
const stages = ['hear', 'listen'].map((name) =>
  defineStage({ name, description: '', reads: said, writes: [heard], policy: { attempts: 1 } }),
);

let transport: MemoryTransport;
let letters: DeadLetters;
let time: number;

beforeEach(async () => {
  transport = new MemoryTransport();
  await transport.connect();
  await transport.applyTopics(topicSpecs('p', [said, heard, articleOutcomes], stages));
  letters = new DeadLetters(transport, 'p');
  time = Date.now();
});

interface Death {
  stage?: (typeof stages)[number];
  errorClass?: ErrorClass;
  message?: string;
}

/** Lets events die in a stage. */
async function die(
  words: readonly string[],
  { stage = stages[0]!, errorClass = 'handler', message = 'cannot' }: Death = {},
): Promise<void> {
  await settle(
    words.map((id, index) => ({
      ...encodeEvent('p', said, { id }, { id, source: '/test', time }),
      partition: 0,
      offset: BigInt(index),
      timestamp: time,
    })),
    stage,
    () => fail(new StageFault(errorClass, message, { retry: false })),
  );
}

async function settle(
  records: LogRecord[],
  stage: (typeof stages)[number],
  become: (event: EventOf<typeof said>) => ReturnType<typeof fail> | ReturnType<typeof emit<typeof heard>>,
): Promise<void> {
  const run = createRunner({
    stage,
    prefix: 'p',
    serviceVersion: '1',
    now: () => time,
    handler: (events) => events.map(become),
  });
  const batch = { topic: records[0]!.topic, partition: 0, records };
  await transport.publish((await run(batch, { signal: new AbortController().signal })).publish);
}

async function waiting(filter: DeadLetterFilter = {}, after?: string): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for await (const letter of letters.waiting(filter, after)) found.push(letter);
  return found;
}

async function read(topic: string): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const record of transport.read(topic, 'earliest')) found.push(record);
  return found;
}

const keys = (found: readonly DeadLetter[]): string[] => found.map(({ record }) => record.key!.toString()).sort();

describe('dead letters', () => {
  it('are found by stage, class, fingerprint, time, receipt and id', async () => {
    await die(['a', 'b'], { errorClass: 'remote', message: 'HTTP status 500 (https://x.example/a)' });
    time += 60_000;
    await die(['c'], { errorClass: 'timeout' });
    await die(['d'], { stage: stages[1]! });
    expect(await letters.stages()).toEqual(['hear', 'listen']);
    expect(keys(await waiting())).toEqual(['a', 'b', 'c', 'd']);
    expect(keys(await waiting({ stage: 'listen' }))).toEqual(['d']);
    expect(keys(await waiting({ errorClass: 'timeout' }))).toEqual(['c']);
    expect(keys(await waiting({ since: time }))).toEqual(['c', 'd']);
    expect(keys(await waiting({ until: time }))).toEqual(['a', 'b']);
    expect(keys(await waiting({ receiptIds: ['r-b', 'r-d'] }))).toEqual(['b', 'd']);
    const [first] = await waiting({ errorClass: 'remote' });
    expect(keys(await waiting({ fingerprint: first!.why.dead_fingerprint }))).toEqual(['a', 'b']);
    expect(await waiting({ ids: [first!.id] })).toEqual([first]);
    expect(await letters.find(first!.id)).toEqual(first);
    expect(await letters.find('hear/2/99')).toBeUndefined();
    expect(await letters.notWaiting([first!.id, 'listen/0/7', 'nobody/0/0'])).toEqual(['listen/0/7', 'nobody/0/0']);
  });

  it('fit on their topic whatever a foreign writer sent: what is too large is left out and not sent again', async () => {
    const large = Buffer.alloc(said.maxBytes + 1, 'x');
    const written = {
      topic: topicAddress('p', said),
      key: Buffer.alloc(30_000, 'k'),
      value: large,
      headers: { ce_id: Buffer.from('a'), foreign: Buffer.alloc(40_000), small: Buffer.from('s') },
      partition: 0,
      offset: 0n,
      timestamp: time,
    };
    await settle([written], stages[0]!, () => fail(new StageFault('handler', 'not come to')));
    const [letter] = await waiting();
    expect(letter!.why).toMatchObject({
      dead_error_class: 'undecodable',
      dead_topic: written.topic,
      dead_offset: '0',
      dead_value_bytes: large.length,
    });
    expect(letter!.record).toMatchObject({ key: null, value: null, headers: { ce_id: Buffer.from('a') } });
    expect(letter!.record.headers).toHaveProperty('small');
    expect(letter!.record.headers).not.toHaveProperty('foreign');
    expect(await letters.redrive({ ids: [letter!.id] })).toEqual({ count: 0, tired: 1, more: false });
    expect(await letters.drop({ ids: [letter!.id] })).toMatchObject({ count: 1 });
  });

  it('can be read page by page, in one order', async () => {
    await die(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    await die(['h'], { stage: stages[1]! });
    const all = (await waiting()).map(({ id }) => id);
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const page = (await waiting({}, after)).slice(0, 3);
      if (page.length === 0) break;
      paged.push(...page.map(({ id }) => id));
      after = paged.at(-1);
    }
    expect(paged).toEqual(all);
  });

  it('are grouped by fault, whatever differs between equal ones', async () => {
    await die(['a'], { message: 'https://x.example/a?b=1: no "title" in 01KB2C3D4E5F6G7H8J9KMNPQRS after 7 ms' });
    time += 1_000;
    await die(['b', 'c'], {
      message: 'https://y.example/long/path: no "h1" in 01KB2C3D4E5F6G7H8J9KMNPQRT after 12 ms',
    });
    await die(['d'], { message: 'another' });
    const { groups, total, ungrouped } = await letters.groups();
    expect([total, ungrouped]).toEqual([4, 0]);
    expect(groups.map(({ count }) => count)).toEqual([3, 1]);
    const [first] = groups;
    expect(Date.parse(first!.lastFailedAt) - Date.parse(first!.firstFailedAt)).toBe(1_000);
    expect((await letters.find(first!.exampleId))?.why.dead_fingerprint).toBe(first!.fingerprint);
  });

  it('are sent again once, with their bytes and one redrive more', async () => {
    await die(['a', 'b']);
    const [first] = await waiting();
    expect(await letters.redrive({}, { dryRun: true })).toEqual({ count: 2, tired: 0, more: false });
    expect(await letters.redrive({ ids: [first!.id] })).toEqual({ count: 1, tired: 0, more: false });
    expect((await waiting()).map(({ id }) => id)).not.toContain(first!.id);
    const [sent, ...others] = await read('p.news.word.said.v1');
    expect(others).toEqual([]);
    expect(sent!.value).toEqual(first!.record.value);
    expect(Object.keys(sent!.headers).filter((name) => name.startsWith('dead_'))).toEqual([]);
    expect(sent!.headers.newsmill_redrives?.toString()).toBe('1');
    expect(sent!.headers.newsmill_redriven_from?.toString()).toBe(first!.id);
  });

  it('open their receipts again, and what comes of them carries the count', async () => {
    await die(['a']);
    await letters.redrive({});
    const outcomes = async () =>
      (await read(topicAddress('p', articleOutcomes))).map((record) => decodeEvent(articleOutcomes, record));
    const told = (await outcomes()).find(({ stage }) => stage === 'redrive');
    expect(told?.settled).toEqual([
      { id: 'a', receiptId: 'r-a', redrives: 1, outcome: 'received', reason: expect.stringContaining('hear/') },
    ]);
    await settle(await read('p.news.word.said.v1'), stages[0]!, (event) => emit(heard, event));
    const [output] = await read('p.news.word.heard.v1');
    expect(output!.headers.newsmill_redrives?.toString()).toBe('1');
    expect(output!.headers.newsmill_redriven_from).toBeUndefined();
    expect((await outcomes()).flatMap(({ settled }) => settled)).toContainEqual(
      expect.objectContaining({ receiptId: 'r-a', redrives: 1, outcome: 'emitted' }),
    );
  });

  it(`go round ${MAX_REDRIVES} times and no more`, async () => {
    await die(['a']);
    for (let round = 1; round <= MAX_REDRIVES; round += 1) {
      expect(await letters.redrive({})).toMatchObject({ count: 1, tired: 0 });
      const again = (await read('p.news.word.said.v1')).slice(-1);
      await settle(again, stages[0]!, () => fail(new StageFault('handler', 'still', { retry: false })));
      expect((await waiting()).map(({ why }) => why.dead_redrives)).toEqual([round]);
    }
    expect(await letters.redrive({})).toEqual({ count: 0, tired: 1, more: false });
    expect(await letters.redrive({}, { maxRedrives: MAX_REDRIVES + 1, dryRun: true })).toMatchObject({ count: 1 });
  });

  it('are dropped for good, and counted as long as they wait', async () => {
    const counter = new DeadLetterCounter(transport, 'p');
    await die(['a', 'b', 'c']);
    expect([...(await counter.count())]).toEqual([
      ['hear', 3],
      ['listen', 0],
    ]);
    await letters.drop({}, { limit: 1 });
    await die(['d'], { stage: stages[1]! });
    expect([...(await counter.count())]).toEqual([
      ['hear', 2],
      ['listen', 1],
    ]);
    expect(await letters.drop({})).toEqual({ count: 3, tired: 0, more: false });
    expect([...(await counter.count())].map(([, count]) => count)).toEqual([0, 0]);
    expect(await waiting()).toEqual([]);
  });

  it('keep to a limit, a rate and a signal', async () => {
    await die(Array.from({ length: 250 }, (_, index) => `w${index}`));
    expect(await letters.drop({}, { limit: 120 })).toEqual({ count: 120, tired: 0, more: true });
    const began = Date.now();
    expect(await letters.redrive({}, { rate: 50, limit: 75 })).toMatchObject({ count: 75, more: true });
    expect(Date.now() - began).toBeGreaterThanOrEqual(950);
    const stopped = AbortSignal.abort();
    expect(await letters.redrive({}, { signal: stopped })).toEqual({ count: 0, tired: 0, more: true });
    expect(await waiting()).toHaveLength(55);
  });

  it('are not dealt with twice by two at once', async () => {
    await die(['a', 'b', 'c', 'd']);
    const other = new DeadLetters(transport, 'p');
    let dropped = false;
    const settled = await letters.redrive(
      {},
      {
        rate: 1,
        onLetter: () => {
          if (!dropped) void other.drop({});
          dropped = true;
        },
      },
    );
    expect(settled.count).toBe(1);
    expect(await read('p.news.word.said.v1')).toHaveLength(1);
  });

  it('tell in a line where they would go', async () => {
    await die(['a']);
    const [letter] = await waiting();
    expect(summaryOf(letter!)).toMatchObject({ stage: 'hear', destination: 'p.news.word.said.v1', redrives: 0 });
  });

  it('whose value cannot be read still belong to their receipt', async () => {
    const record = encodeEvent('p', said, { id: 'a' }, { id: 'a', source: '/test', time });
    const broken = { ...record, value: Buffer.from('{"id":'), partition: 0, offset: 0n, timestamp: time };
    await settle([broken], stages[0]!, (event) => emit(heard, event));
    const [letter] = await waiting();
    expect([letter!.why.dead_error_class, letter!.receiptId]).toEqual(['undecodable', 'r-a']);
    const [told] = await read(topicAddress('p', articleOutcomes));
    expect(decodeEvent(articleOutcomes, told!).settled).toMatchObject([{ id: 'a', receiptId: 'r-a', outcome: 'dead' }]);
  });
});

describe('100,000 dead letters', () => {
  it('are read in little memory', async () => {
    const value = Buffer.alloc(1_000, 'x');
    await die(['a']);
    const [{ record }] = (await waiting()) as [DeadLetter];
    const template = { topic: record.topic, value, headers: record.headers };
    const before = process.memoryUsage().heapUsed;
    let peak = 0;
    // Records come as from a disk: each one is made when it is read.
    const long = Object.create(transport, {
      read: {
        value: async function* (this: void, topic: string, from: never) {
          if (topic !== record.topic) return yield* transport.read(topic, from);
          for (let offset = 0; offset < 100_000; offset += 1) {
            if (offset % 10_000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
            yield { ...template, key: null, partition: 0, offset: BigInt(offset), timestamp: time };
          }
        },
      },
    }) as MemoryTransport;
    const { groups } = await new DeadLetters(long, 'p').groups({ stage: 'hear' });
    expect(groups.map(({ count }) => count)).toEqual([100_000]);
    // Garbage included; all of them at once would be more than twice that.
    expect(peak - before).toBeLessThan(100 * 1024 * 1024);
  });
});
