import { describe, expect, it } from '@jest/globals';
import type { NewRecord } from '@newsmill/stage';
import { LogUnavailable } from '../log-unavailable.js';
import { UnknownTopic } from '../topic-errors.js';
import { Publisher } from './publisher.js';
import { type PartitionBatch, UnknownPartition } from './sender.js';

interface Sent {
  producer: number;
  partition: number;
  values: string[];
}

/** A broker that answers as it is told; `answer` may throw. */
class FakeBroker {
  readonly sent: Sent[] = [];
  readonly cut: number[] = [];
  /** Batches of each request. */
  readonly requests: number[] = [];
  producers = 0;
  sending = 0;
  mostAtOnce = 0;
  maxBytes = 1_000;
  partitions = 1;

  constructor(private readonly answer: (sent: Sent, attempt: number) => Promise<void> | void = () => undefined) {}

  publisher(timeoutMs = 5_000): Publisher {
    return new Publisher({
      open: async () => {
        const producer = (this.producers += 1);
        return {
          cut: () => void this.cut.push(producer),
          send: (batches: readonly PartitionBatch[]) => this.send(producer, batches),
        };
      },
      facts: async (topic) => {
        if (topic === 'missing') throw new UnknownTopic(topic);
        return { partitions: this.partitions, cleanup: 'delete', maxBytes: this.maxBytes };
      },
      forget: () => undefined,
      timeoutMs,
      logName: 'Kafka at broker:9092',
      log: () => undefined,
    });
  }

  private async send(producer: number, batches: readonly PartitionBatch[]): Promise<(Error | undefined)[]> {
    this.sending += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.sending);
    this.requests.push(batches.length);
    try {
      await new Promise(setImmediate);
      return await Promise.all(batches.map((batch) => this.store(producer, batch)));
    } finally {
      this.sending -= 1;
    }
  }

  private async store(producer: number, { partition, messages }: PartitionBatch): Promise<Error | undefined> {
    const sent = { producer, partition, values: messages.map(({ value }) => String(value)) };
    this.sent.push(sent);
    try {
      await this.answer(sent, this.sent.length);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }
}

const record = (value: string, topic = 't', key = 'k'): NewRecord => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: {},
});
const brokerFault = (type: string, retriable: boolean) => Object.assign(new Error(type), { type, retriable });

describe('Publisher', () => {
  it('joins the calls that come while one is under way, in order, and sends one thing at a time', async () => {
    const broker = new FakeBroker();
    const publisher = broker.publisher();
    const calls = [publisher.publish([record('0')])];
    await new Promise(setImmediate);
    for (const value of ['1', '2', '3']) calls.push(publisher.publish([record(value)]));
    await Promise.all(calls);
    expect(broker.sent.map(({ values }) => values)).toEqual([['0'], ['1', '2', '3']]);
    expect(broker.mostAtOnce).toBe(1);
  });

  it('splits what would be larger than the topic takes, keeping the order', async () => {
    const broker = new FakeBroker();
    await broker.publisher().publish(['a', 'b', 'c'].map((letter) => record(letter.repeat(400))));
    expect(broker.sent.map(({ values }) => values.map(([first]) => first).join(''))).toEqual(['ab', 'c']);
  });

  it.each([
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', brokerFault('OUT_OF_ORDER_SEQUENCE_NUMBER', false)],
    ['UNKNOWN_PRODUCER_ID', brokerFault('UNKNOWN_PRODUCER_ID', false)],
    ['INVALID_PRODUCER_EPOCH', brokerFault('INVALID_PRODUCER_EPOCH', false)],
    ['code 90', Object.assign(new Error('unknown error code'), { type: 'KAFKAJS_UNKNOWN_ERROR_CODE', code: 90 })],
    ['a wrapped fault', new Error('gave up', { cause: brokerFault('OUT_OF_ORDER_SEQUENCE_NUMBER', false) })],
    ['a partition that the producer does not know', new UnknownPartition('t', 3)],
  ])('sends the same again with a new producer after %s', async (_, fault) => {
    const broker = new FakeBroker(({ producer }) => {
      if (producer === 1) throw fault;
    });
    await broker.publisher().publish([record('x'), record('y')]);
    expect(broker.sent).toEqual([
      { producer: 1, partition: 0, values: ['x', 'y'] },
      { producer: 2, partition: 0, values: ['x', 'y'] },
    ]);
    expect(broker.cut).toEqual([1]);
  });

  it('sends again with the same producer while the brokers move, so that nothing is stored twice', async () => {
    const broker = new FakeBroker((_, attempt) => {
      if (attempt < 3) throw brokerFault('NOT_LEADER_FOR_PARTITION', true);
    });
    await broker.publisher().publish([record('x')]);
    expect(broker.sent.map(({ producer }) => producer)).toEqual([1, 1, 1]);
  });

  it('gives up in time, with an error that names the brokers and the cause', async () => {
    const broker = new FakeBroker(() => {
      throw brokerFault('NOT_ENOUGH_REPLICAS', true);
    });
    const publishing = broker.publisher(300).publish([record('x')]);
    await expect(publishing).rejects.toThrow(LogUnavailable);
    await expect(publishing).rejects.toThrow(/broker:9092.*NOT_ENOUGH_REPLICAS/);
  });

  it('does not use a producer again that never answered', async () => {
    const broker = new FakeBroker(({ producer }) => (producer === 1 ? new Promise(() => undefined) : undefined));
    const publisher = broker.publisher(200);
    await expect(publisher.publish([record('x')])).rejects.toThrow(LogUnavailable);
    await publisher.publish([record('y')]);
    expect(broker.sent.at(-1)).toEqual({ producer: 2, partition: 0, values: ['y'] });
    expect(broker.cut).toEqual([1]);
  });

  it('sends all partitions in one request, and again only those that failed, before what follows in them', async () => {
    let refusals = 0;
    const broker = new FakeBroker(({ values: [value] }) => {
      if (value!.startsWith('b1') && (refusals += 1) <= 2) throw brokerFault('NOT_LEADER_FOR_PARTITION', true);
    });
    broker.partitions = 64;
    broker.maxBytes = 100;
    const names = ['a1', 'b1', 'a2', 'b2', 'c1'];
    await broker.publisher().publish(names.map((name) => record(name.padEnd(60, '.'), 't', name[0])));
    const sent = broker.sent.map(({ values: [value] }) => value!.slice(0, 2));
    expect(sent).toEqual(['a1', 'b1', 'c1', 'b1', 'b1', 'a2', 'b2']);
    expect(broker.requests).toEqual([3, 1, 1, 2]);
    expect(broker.producers).toBe(1);
  });

  it('gives up one partition alone, and its producer, whose next batch could be taken for the lost one', async () => {
    const broker = new FakeBroker(({ values: [value] }) => {
      if (value === 'b') throw brokerFault('MESSAGE_TOO_LARGE', false);
    });
    broker.partitions = 64;
    const publisher = broker.publisher();
    const settled = await Promise.allSettled(['a', 'b'].map((name) => publisher.publish([record(name, 't', name)])));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(broker.cut).toEqual([1]);
    await publisher.publish([record('c', 't', 'b')]);
    expect(broker.sent.map(({ producer }) => producer)).toEqual([1, 1, 2]);
  });

  it('refuses a record that is too large or has no topic, and sends the calls beside it', async () => {
    const broker = new FakeBroker();
    const publisher = broker.publisher();
    const settled = await Promise.allSettled([
      publisher.publish([record('first'), record('x'.repeat(1_001))]),
      publisher.publish([record('x', 'missing')]),
      publisher.publish([record('good')]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(String((settled[0] as PromiseRejectedResult).reason)).toMatch(/Topic t .*1001 bytes, maxBytes is 1000/);
    expect(String((settled[1] as PromiseRejectedResult).reason)).toMatch(/missing.*newsmill topics apply/);
    expect(broker.sent.map(({ values }) => values)).toEqual([['good']]);
  });

  it('lets what was published go out when it is closed, and takes nothing after that', async () => {
    const broker = new FakeBroker();
    const publisher = broker.publisher();
    const publishing = publisher.publish([record('x')]);
    await publisher.close(5_000);
    await publishing;
    await expect(publisher.publish([record('y')])).rejects.toThrow(/closed/);
    expect(broker.sent).toHaveLength(1);
    expect(broker.cut).toEqual([1]);
  });

  it.each([
    ['answers nothing', () => new Promise<void>(() => undefined)],
    ['is away', () => Promise.reject(Object.assign(new Error('no connection'), { retriable: true }))],
  ])('gives up when it is closed while the broker %s', async (_, answer) => {
    const publisher = new FakeBroker(answer).publisher(600_000);
    const publishing = publisher.publish([record('x')]).catch((error: unknown) => error);
    await publisher.close(50);
    expect(await publishing).toBeInstanceOf(LogUnavailable);
  });
});
