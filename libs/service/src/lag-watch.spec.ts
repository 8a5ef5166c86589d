import { linkDiscovered, topicAddress } from '@newsmill/contracts';
import { defineStage, type LogRecord, type Position, topicSpecs } from '@newsmill/stage';
import { MemoryTransport } from '@newsmill/transport';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { watchLag } from './lag-watch.js';
import { Metrics } from './metrics.js';

const PREFIX = 'newsmill';
const stage = defineStage({ name: 'fetch', description: '', reads: linkDiscovered, writes: [] });
const topic = topicAddress(PREFIX, linkDiscovered);

/** Counts how often records are read. */
class CountingTransport extends MemoryTransport {
  reads = 0;

  override read(address: string, from: Position): AsyncGenerator<LogRecord> {
    this.reads += 1;
    return super.read(address, from);
  }
}

describe('watchLag', () => {
  let transport: CountingTransport;
  let metrics: Metrics;
  const publish = () => transport.publish([{ topic, key: Buffer.from('k'), value: Buffer.from('{}'), headers: {} }]);
  const told = async (name: string) => (await metrics.registry.getSingleMetric(name)!.get()).values[0]?.value;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    transport = new CountingTransport();
    await transport.applyTopics(topicSpecs(PREFIX, [linkDiscovered], []));
    metrics = new Metrics(false);
    watchLag(metrics, transport, PREFIX, [stage]);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells how many wait and for how long the oldest has, which it reads once', async () => {
    expect([await told('newsmill_stage_lag'), await told('newsmill_stage_lag_seconds')]).toEqual([0, 0]);
    await publish();
    jest.advanceTimersByTime(60_000);
    await publish();
    jest.advanceTimersByTime(30_000);
    expect([await told('newsmill_stage_lag'), await told('newsmill_stage_lag_seconds')]).toEqual([2, 90]);
    jest.advanceTimersByTime(30_000);
    expect([await told('newsmill_stage_lag_seconds'), transport.reads]).toEqual([120, 1]);
    await transport.seek(topic, 'newsmill.fetch', 'latest');
    jest.advanceTimersByTime(30_000);
    expect([await told('newsmill_stage_lag'), await told('newsmill_stage_lag_seconds')]).toEqual([0, 0]);
  });

  it('is never below 0 when the clock of the log runs ahead, and tells nothing when the log does not', async () => {
    await publish();
    jest.setSystemTime(Date.now() - 3_600_000);
    expect(await told('newsmill_stage_lag_seconds')).toBe(0);
    await transport.close();
    jest.advanceTimersByTime(30_000);
    expect(await told('newsmill_stage_lag')).toBeUndefined();
  });
});
