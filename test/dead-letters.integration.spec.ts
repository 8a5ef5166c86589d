import { articleOutcomes, linkDiscovered, topicAddress } from '@newsmill/contracts';
import {
  createRunner,
  type DeadLetter,
  DeadLetterCounter,
  type DeadLetterFilter,
  DeadLetters,
  defineStage,
  encodeEvent,
  fail,
  StageFault,
  topicSpecs,
} from '@newsmill/stage';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';

const describeKafka = (await kafkaUnavailable()) ? describe.skip : describe;

describeKafka('dead letters on a real Kafka', () => {
  const prefix = topicPrefix();
  const stage = defineStage({ name: 'fetch', description: '', reads: linkDiscovered, writes: [] });
  let transport: KafkaTransport;
  let letters: DeadLetters;

  beforeAll(async () => {
    const { brokers } = await startKafka();
    transport = new KafkaTransport({ brokers, clientId: 'letters' });
    await transport.connect();
    await transport.applyTopics(topicSpecs(prefix, [linkDiscovered, articleOutcomes], [stage]));
    letters = new DeadLetters(transport, prefix);
  }, 120_000);

  afterAll(async () => {
    await transport?.close();
  });

  const waiting = async (filter: DeadLetterFilter = {}, after?: string): Promise<DeadLetter[]> => {
    const found: DeadLetter[] = [];
    for await (const letter of letters.waiting(filter, after)) found.push(letter);
    return found;
  };

  it('are read by id and page, counted, sent again and dropped', async () => {
    const topic = topicAddress(prefix, linkDiscovered);
    const records = Array.from({ length: 30 }, (_, index) => {
      const url = `https://courier.example/${index}`;
      const host = `host-${index}`;
      const origin = { mode: 'push' as const, source: 'test' };
      const link = { receiptId: `r-${index}`, origin, url, host, discoveredAt: new Date().toISOString() };
      const envelope = { id: String(index), source: '/test', time: 0 };
      return {
        ...encodeEvent(prefix, linkDiscovered, link, envelope),
        partition: 0,
        offset: BigInt(index),
        timestamp: Date.now(),
      };
    });
    const run = createRunner({
      stage,
      prefix,
      serviceVersion: '1',
      handler: (links) => links.map(({ url }) => fail(new StageFault('remote', `503 (${url})`, { retry: false }))),
    });
    const { publish } = await run({ topic, partition: 0, records }, { signal: new AbortController().signal });
    await transport.publish(publish);

    const counter = new DeadLetterCounter(transport, prefix);
    expect((await counter.count()).get('fetch')).toBe(30);
    const all = await waiting();
    expect(new Set(all.map(({ receiptId }) => receiptId)).size).toBe(30);
    expect((await letters.groups()).groups.map(({ count }) => count)).toEqual([30]);
    expect((await waiting({}, all[11]!.id)).map(({ id }) => id)).toEqual(all.slice(12).map(({ id }) => id));
    expect((await waiting({ since: Date.now() - 60_000 })).length).toBe(30);
    const chosen = [all[3]!, all[17]!, all[29]!].map(({ id }) => id);
    expect((await waiting({ ids: chosen })).map(({ id }) => id)).toEqual(chosen);
    expect(await letters.notWaiting([...chosen, 'fetch/0/9999'])).toEqual(['fetch/0/9999']);

    expect(await letters.redrive({ ids: chosen })).toEqual({ count: 3, tired: 0, more: false });
    const sent: string[] = [];
    for await (const { headers } of transport.read(topic, 'earliest')) {
      sent.push(String(headers.newsmill_redriven_from));
    }
    expect(sent.sort()).toEqual([...chosen].sort());
    expect(await letters.drop({}, { limit: 7 })).toEqual({ count: 7, tired: 0, more: true });
    expect((await counter.count()).get('fetch')).toBe(20);
    expect(await waiting()).toHaveLength(20);
  }, 120_000);
});
