import { describe, expect, it } from '@jest/globals';
import { articleOutcomes, articleParsed, defineTopic, type EventOf } from '@newsmill/contracts';
import { z } from 'zod';
import { defineStage, type StageHandler } from './define-stage.js';
import { encodeEvent, header } from './envelope.js';
import { DependencyDown, StageFault } from './fault.js';
import type { SettledEvent, StageObserver } from './observer.js';
import { defer, done, emit, fail, reject, skip } from './outcome.js';
import { createRunner } from './runner.js';
import type { StageTracer } from './stage-tracer.js';
import type { LogRecord, NewRecord, Settlement } from './transport.js';

const schema = z.strictObject({ id: z.string(), text: z.string() });
const definition = {
  schema,
  key: (event: z.output<typeof schema>) => event.id,
  subject: (event: z.output<typeof schema>) => ({ id: event.id, receiptId: `r-${event.id}` }),
  retention: { cleanup: 'delete', days: 1 },
} as const;
const said = defineTopic({ ...definition, name: 'news.word.said.v1', description: 'in' });
const heard = defineTopic({ ...definition, name: 'news.word.heard.v1', description: 'out', maxBytes: 200 });

const listen = defineStage({
  name: 'listen',
  description: 'test',
  reads: said,
  writes: [heard],
  policy: { attempts: 3, firstDelayMs: 1, maxDelayMs: 2, timeoutMs: 200 },
});
type Handler = StageHandler<typeof listen>;
type Said = EventOf<typeof said>;

const echo = (event: Said) => emit(heard, event);

function recordOf(event: Said, offset = 0): LogRecord {
  const record = encodeEvent('p', said, event, { id: `id-${event.id}`, source: '/test', time: 0 });
  return { ...record, partition: 0, offset: BigInt(offset), timestamp: 1_000 };
}

function words(...ids: string[]): Said[] {
  return ids.map((id) => ({ id, text: `text of ${id}` }));
}

async function run(
  handler: Handler,
  records: LogRecord[],
  extra: { observer?: StageObserver; tracer?: StageTracer; signal?: AbortSignal; now?: () => number } = {},
): Promise<Settlement> {
  const runner = createRunner({
    stage: listen,
    handler,
    prefix: 'p',
    serviceVersion: '1.2.3',
    now: extra.now ?? (() => 5_000),
    ...(extra.observer && { observer: extra.observer }),
    tracer: extra.tracer,
  });
  const batch = { topic: 'p.news.word.said.v1', partition: 0, records };
  return runner(batch, { signal: extra.signal ?? new AbortController().signal });
}

const runWords = (handler: Handler, ...ids: string[]): Promise<Settlement> =>
  run(
    handler,
    words(...ids).map((word, index) => recordOf(word, index)),
  );

function to(topic: string, { publish }: Settlement): NewRecord[] {
  return publish.filter((record) => record.topic === topic);
}

function outcomes(settlement: Settlement): EventOf<typeof articleOutcomes>['settled'] {
  const [record] = to('p.news.article.outcomes.v1', settlement);
  return (JSON.parse(record!.value!.toString()) as EventOf<typeof articleOutcomes>).settled;
}

describe('what a batch leaves to do', () => {
  it('tells of an event that is put off, publishes nothing of it, and shows its headers to the handler', async () => {
    const seen: (string | undefined)[] = [];
    const record = recordOf({ id: 'a', text: 'b' });
    const settlement = await run(
      (events, { metas }) => {
        for (const meta of metas) seen.push(header(meta, 'ce_id'));
        return events.map(() => defer('at noon'));
      },
      [record],
    );
    expect(settlement.publish).toHaveLength(1);
    expect(outcomes(settlement)).toEqual([
      { id: 'a', receiptId: 'r-a', outcome: 'deferred', reason: 'at noon', offset: '0' },
    ]);
    expect(seen).toEqual(['id-a']);
  });

  it('tells how long it took, also when the wall clock is set back meanwhile', async () => {
    let hour = 10;
    const told: number[] = [];
    const observer: StageObserver = { settled: (_, __, seconds) => void told.push(seconds) };
    const settlement = await run((events) => events.map(echo), [recordOf({ id: 'a', text: 'b' })], {
      observer,
      now: () => (hour -= 1) * 3_600_000,
    });
    settlement.onSettled?.();
    expect(told[0]).toBeGreaterThanOrEqual(0);
    expect(told[0]).toBeLessThan(60);
  });

  it('puts the class of a reason before it, and tells it apart', async () => {
    const settled: SettledEvent[] = [];
    const observer: StageObserver = { settled: (_, events) => void settled.push(...events) };
    const exhausted = new StageFault('remote', 'HTTP status 503', { reasonClass: 'http-exhausted' });
    const settlement = await run(
      (events) =>
        events.map((event) => {
          if (event.id === 'a') return reject('HTTP status 404', 'http-permanent');
          if (event.id === 'b') return fail(exhausted);
          return fail(new StageFault('remote', 'given up', { cause: exhausted, retry: false }));
        }),
      words('a', 'b', 'c').map((word, index) => recordOf(word, index)),
      { observer },
    );
    settlement.onSettled?.();
    const told = [
      { outcome: 'rejected', reason: 'http-permanent: HTTP status 404', reasonClass: 'http-permanent' },
      { outcome: 'dead', reason: 'http-exhausted: HTTP status 503', reasonClass: 'http-exhausted' },
      { outcome: 'dead', reason: 'http-exhausted: given up', reasonClass: 'http-exhausted' },
    ];
    expect(outcomes(settlement)).toMatchObject(told);
    expect(settled).toMatchObject(told);
  });

  it('publishes outputs in the order of their inputs and tells what became of each', async () => {
    const settlement = await runWords(
      (events) =>
        events.map((event) => {
          if (event.id === 'b') return reject('too loud');
          if (event.id === 'c') return skip('known');
          if (event.id === 'd') return done('kept', 'article-d');
          return echo(event);
        }),
      'a',
      'b',
      'c',
      'd',
      'e',
    );
    expect(to('p.news.word.heard.v1', settlement).map(({ key }) => key?.toString())).toEqual(['a', 'e']);
    expect(outcomes(settlement)).toEqual([
      { id: 'a', receiptId: 'r-a', outcome: 'emitted', offset: '0' },
      { id: 'b', receiptId: 'r-b', outcome: 'rejected', reason: 'too loud', offset: '1' },
      { id: 'c', receiptId: 'r-c', outcome: 'skipped', reason: 'known', offset: '2' },
      { id: 'd', receiptId: 'r-d', outcome: 'done', reason: 'kept', articleId: 'article-d', offset: '3' },
      { id: 'e', receiptId: 'r-e', outcome: 'emitted', offset: '4' },
    ]);
  });

  it('gives outputs CloudEvents headers whose id a retry repeats', async () => {
    const handler: Handler = (events) => events.map((event) => [echo(event), echo({ ...event, text: 'again' })]);
    const [first, second] = [await runWords(handler, 'a'), await runWords(handler, 'a')];
    const ids = (settlement: Settlement): unknown[] =>
      to('p.news.word.heard.v1', settlement).map((record) => header(record, 'ce_id'));
    expect(ids(first)).toEqual(ids(second));
    expect(new Set(ids(first)).size).toBe(2);
    const [output] = to('p.news.word.heard.v1', first);
    expect(header(output!, 'ce_specversion')).toBe('1.0');
    expect(header(output!, 'ce_type')).toBe('news.word.heard.v1');
    expect(header(output!, 'ce_source')).toBe('/newsmill/listen');
    expect(header(output!, 'ce_time')).toBe('1970-01-01T00:00:05.000Z');
  });

  it('passes the trace context on that an event came with, where nobody makes spans', async () => {
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const record = recordOf(words('a')[0]!);
    const headers = { traceparent: Buffer.from(parent), tracestate: Buffer.from('desk=1') };
    const traced = { ...record, headers: { ...record.headers, ...headers } };
    const settlement = await run((events) => events.map(echo), [traced]);
    const [output] = to('p.news.word.heard.v1', settlement);
    for (const name of ['traceparent', 'ce_traceparent']) expect(header(output!, name)).toBe(parent);
    for (const name of ['tracestate', 'ce_tracestate']) expect(header(output!, name)).toBe('desk=1');
  });

  it('gives each output the span of its own input, and ends the spans when all have their outcomes', async () => {
    const told: unknown[] = [];
    const contextOf = (place: number) => ({ traceparent: `00-${'a'.repeat(32)}-${String(place + 1).repeat(16)}-01` });
    const tracer: StageTracer = {
      begin: (_, group, { records }) => {
        told.push([group, records.length]);
        return {
          contexts: records.map((_record, place) => contextOf(place)),
          within: (events, work) => {
            told.push(events);
            return work();
          },
          retrying: (events, errorClass) => told.push({ events, errorClass }),
          end: (settled) => told.push(settled.map(({ outcome, errorClass }) => errorClass ?? outcome)),
          handBack: () => told.push('handed back'),
        };
      },
    };
    const handler: Handler = (events) =>
      events.map((event) => (event.id === 'b' ? fail(new StageFault('handler', 'no b')) : echo(event)));
    const settlement = await run(handler, words('a', 'b', 'c').map(recordOf), { tracer });
    const outputs = to('p.news.word.heard.v1', settlement).map((record) => header(record, 'traceparent'));
    expect(outputs).toEqual([contextOf(0).traceparent, contextOf(2).traceparent]);
    expect(told[0]).toEqual(['p.listen', 3]);
    expect(told).toContainEqual({ events: [1], errorClass: 'handler' });
    expect(told).toContainEqual([1]);
    expect(told.at(-1)).toEqual(['emitted', 'handler', 'emitted']);
    const outcomes = to('p.news.article.outcomes.v1', settlement)[0]!;
    expect(outcomes.value!.toString()).not.toContain('trace');
  });

  it('counts only what has been committed', async () => {
    const settled: SettledEvent[] = [];
    const observer: StageObserver = { settled: (_, events) => void settled.push(...events) };
    const settlement = await run((events) => events.map(echo), [recordOf(words('a')[0]!)], { observer });
    expect(settled).toEqual([]);
    settlement.onSettled!();
    expect(settled).toEqual([{ id: 'a', receiptId: 'r-a', outcome: 'emitted', writes: ['news.word.heard.v1'] }]);
  });
});

describe('reading', () => {
  it('lets unknown fields pass and keeps them', async () => {
    const record = { ...recordOf(words('a')[0]!), value: Buffer.from('{"id":"a","text":"t","mood":"new"}') };
    const seen: unknown[] = [];
    await run((events) => (seen.push(...events), events.map(() => skip('seen'))), [record]);
    expect(seen).toEqual([{ id: 'a', text: 't', mood: 'new' }]);
  });

  it.each([
    ['{not json', 'undecodable'],
    ['\xff\xfe', 'undecodable'],
    ['{"id":"b"}', 'invalid-event'],
  ])('puts %j with the dead letters at once, unchanged, and handles its neighbours', async (value, errorClass) => {
    const broken = { ...recordOf({ id: 'b', text: '' }, 1), value: Buffer.from(value, 'latin1') };
    const settlement = await run(
      (events) => events.map(echo),
      [recordOf(words('a')[0]!), broken, recordOf(words('c')[0]!, 2)],
    );
    const [letter] = to('p.listen.dead.v1', settlement);
    expect(letter!.value).toEqual(broken.value);
    expect(letter!.key).toEqual(broken.key);
    expect(header(letter!, 'ce_id')).toBe('id-b');
    expect(header(letter!, 'dead_error_class')).toBe(errorClass);
    expect(header(letter!, 'dead_offset')).toBe('1');
    expect(to('p.news.word.heard.v1', settlement)).toHaveLength(2);
  });
});

describe('faults', () => {
  it('tries again until it works', async () => {
    let calls = 0;
    const settlement = await runWords((events) => {
      calls += 1;
      if (calls === 1) throw new Error('hiccup');
      return events.map(echo);
    }, 'a');
    expect(outcomes(settlement)).toEqual([{ id: 'a', receiptId: 'r-a', outcome: 'emitted', offset: '0' }]);
  });

  it('finds the poison event in a batch; only it dies, after the stated tries', async () => {
    const alone: string[] = [];
    const settlement = await runWords(
      (events) => {
        if (events.length === 1) alone.push(events[0]!.id);
        if (events.some(({ id }) => id === 'f')) throw new Error('cannot bear 42');
        return events.map(echo);
      },
      ...Array.from('abcdefghij'),
    );
    expect(
      to('p.news.word.heard.v1', settlement)
        .map(({ key }) => key?.toString())
        .join(''),
    ).toBe('abcdeghij');
    const [letter, ...others] = to('p.listen.dead.v1', settlement);
    expect(others).toEqual([]);
    expect(header(letter!, 'dead_error_class')).toBe('handler');
    expect(header(letter!, 'dead_error_message')).toBe('cannot bear 42');
    expect(alone.filter((id) => id === 'f')).toHaveLength(3);
    expect(outcomes(settlement)).toHaveLength(10);
  });

  it('retries an event that the handler itself failed alone; neighbours are not handled twice', async () => {
    const seen: string[] = [];
    const settlement = await runWords(
      (events) => {
        seen.push(events.map(({ id }) => id).join(''));
        return events.map((event) => (event.id === 'b' ? fail(new StageFault('remote', 'gone')) : echo(event)));
      },
      'a',
      'b',
      'c',
    );
    expect(seen).toEqual(['abc', 'b', 'b']);
    expect(header(to('p.listen.dead.v1', settlement)[0]!, 'dead_error_class')).toBe('remote');
  });

  it('does not retry a fault that says it is of no use', async () => {
    let calls = 0;
    await runWords((events) => {
      calls += 1;
      return events.map(() => fail(new StageFault('remote', 'never', { retry: false })));
    }, 'a');
    expect(calls).toBe(1);
  });

  it('takes a handler that returns too few outcomes, hangs, or writes a wrong shape as failed', async () => {
    const classes = await Promise.all(
      [
        () => [],
        () => new Promise<never>(() => undefined),
        (events: Said[]) => events.map((event) => emit(heard, { ...event, extra: 1 } as Said)),
      ].map(async (handler) =>
        header(to('p.listen.dead.v1', await runWords(handler as Handler, 'a'))[0]!, 'dead_error_class'),
      ),
    );
    expect(classes).toEqual(['handler', 'timeout', 'invalid-output']);
  });

  it('rejects an output over the limit of its topic with the reason', async () => {
    const settlement = await runWords(
      (events) => events.map((event) => emit(heard, { ...event, text: 'x'.repeat(300) })),
      'a',
    );
    expect(outcomes(settlement)[0]).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining('at most 200'),
    });
  });

  it('gives equal faults one fingerprint', async () => {
    const fingerprints = await Promise.all(
      ['took 12 ms', 'took 977 ms', 'other'].map(async (message) => {
        const settlement = await runWords(() => {
          throw new Error(message);
        }, 'a');
        return header(to('p.listen.dead.v1', settlement)[0]!, 'dead_fingerprint');
      }),
    );
    expect(fingerprints[0]).toBe(fingerprints[1]);
    expect(fingerprints[0]).not.toBe(fingerprints[2]);
  });
});

describe('a dependency that is down', () => {
  it('pauses the stage without counting tries and fills no dead letters', async () => {
    let calls = 0;
    const told: string[] = [];
    const observer: StageObserver = {
      paused: (stage, dependency) => void told.push(`${stage.name} waits for ${dependency}`),
      resumed: (stage) => void told.push(`${stage.name} goes on`),
    };
    const settlement = await run(
      (events) => {
        calls += 1;
        if (calls <= 7) throw new DependencyDown('database');
        return events.map(echo);
      },
      [recordOf(words('a')[0]!)],
      { observer },
    );
    expect(to('p.listen.dead.v1', settlement)).toEqual([]);
    expect(outcomes(settlement)[0]).toMatchObject({ outcome: 'emitted' });
    expect(told).toEqual(['listen waits for database', 'listen goes on']);
  });

  it('hands the batch back when the consumer stops meanwhile', async () => {
    const stop = new AbortController();
    let waiting = 0;
    const observer: StageObserver = { paused: () => void (waiting += 1), resumed: () => void (waiting -= 1) };
    const running = run(
      () => {
        stop.abort(new Error('stopping'));
        throw new DependencyDown('database');
      },
      [recordOf(words('a')[0]!)],
      { signal: stop.signal, observer },
    );
    await expect(running).rejects.toThrow('stopping');
    expect(waiting).toBe(0);
  });
});

/** Never called: it is enough that these lines compile, or must not. */
export function typesAreChecked(): void {
  const good: Handler = (events) => events.map((event) => emit(heard, { id: event.id, text: event.text }));
  // @ts-expect-error a wrong shape
  const wrongShape: Handler = (events) => events.map((event) => emit(heard, { id: event.id }));
  // @ts-expect-error a topic that the stage does not write
  const wrongTopic: Handler = (events) => events.map((event) => emit(said, event));
  // @ts-expect-error a topic of another kind altogether
  const farTopic: Handler = () => [emit(articleParsed, {} as EventOf<typeof articleParsed>)];
  // @ts-expect-error an event of another topic
  const wrongInput: Handler = (events: EventOf<typeof articleParsed>[]) => events.map(() => skip(''));
  expect([good, wrongShape, wrongTopic, farTopic, wrongInput]).toHaveLength(5);
}
