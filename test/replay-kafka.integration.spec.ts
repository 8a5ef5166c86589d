import { articleChanges, articleParsed, pageFetched, topicAddress } from '@newsmill/contracts';
import { groupOf } from '@newsmill/stage';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KafkaServices, startKafkaServices } from './support/kafka-services.ts';
import { until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { freshDatabase, kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';
import { articlePage } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';
const COMMAND = 'apps/standalone/bin/newsmill.js';
const ARTICLES = 60;

const describeKafka = (await kafkaUnavailable()) === undefined ? describe : describe.skip;

describeKafka('replay and rebuild on Kafka', () => {
  const prefix = topicPrefix();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let services: KafkaServices;
  let transport: KafkaTransport;
  let environment: Record<string, string>;

  beforeAll(async () => {
    database = await freshDatabase();
    const { brokers } = await startKafka();
    environment = {
      NEWSMILL_KAFKA_BROKERS: brokers.join(','),
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_TOPIC_PREFIX: prefix,
    };
    services = await startKafkaServices({ brokers, databaseUrl: database.url, prefix, key: KEY });
    transport = new KafkaTransport({ brokers, clientId: 'test' });
    await transport.connect();
    for (let number = 0; number < ARTICLES; number += 1) {
      const html = articlePage(number, number < 50 ? undefined : 'Work starts in May.');
      await services.client.push({ url: `https://courier.example/${number % 50}`, html });
    }
    await everythingSettled();
  }, 240_000);

  afterAll(async () => {
    await services?.stop();
    await transport?.close();
    await database?.drop();
  });

  async function everythingSettled(): Promise<void> {
    await until('everything is answered for', 60_000, async () => {
      const { received, closes } = await services.client.flow();
      return received === ARTICLES && closes ? true : undefined;
    });
  }

  async function count(topic: { name: string }): Promise<number> {
    let records = 0;
    for await (const _ of transport.read(topicAddress(prefix, topic), 'earliest')) records += 1;
    return records;
  }

  async function json(...args: string[]): Promise<Record<string, unknown>> {
    const child = new NewsmillProcess(COMMAND, [...args, '--json'], environment);
    const code = await child.ended;
    if (code !== 0) throw new Error(`newsmill ${args.join(' ')} ended with ${code}:\n${child.lines.join('\n')}`);
    return JSON.parse(child.lines.findLast((line) => line.startsWith('{'))!) as Record<string, unknown>;
  }

  it('runs history again after a kill, exactly once, and changes nothing', async () => {
    const [hash, changes, parsed] = [await json('store-hash'), await count(articleChanges), await count(articleParsed)];
    const live = await transport.lag(topicAddress(prefix, pageFetched), groupOf(prefix, { name: 'parse' }));
    const child = new NewsmillProcess(COMMAND, ['replay', 'parse', '--from', '1h', '--rate', '12'], environment);
    const [, id] = await child.line(/^newsmill: replay (\S+) of parse$/);
    await until('some of it is done', 60_000, async () =>
      (await count(articleParsed)) > parsed + 5 ? true : undefined,
    );
    expect(await child.end('SIGKILL')).toBe('SIGKILL');
    expect(await json('replay', 'parse', '--resume', id!)).toMatchObject({ finished: true });
    expect(await count(articleParsed)).toBe(parsed + ARTICLES);
    const stage = { name: 'store' };
    await until('the store has read it all', 60_000, async () => {
      const lags = await transport.lag(`${prefix}.news.article.enriched.v1`, groupOf(prefix, stage));
      const read = lags.every(({ lag }) => lag === 0n);
      return read && (await count({ name: 'news.article.enriched.v1' })) === ARTICLES * 2 ? true : undefined;
    });
    expect(await json('store-hash')).toEqual(hash);
    expect(await count(articleChanges)).toBe(changes);
    expect(await transport.lag(topicAddress(prefix, pageFetched), groupOf(prefix, { name: 'parse' }))).toEqual(live);
    await everythingSettled();
  }, 240_000);

  it('rebuilds the store beside the one in use, with the same hashes', async () => {
    const hash = await json('store-hash');
    expect(await json('rebuild', '--into-schema', 'store_again')).toMatchObject({ ...hash, caughtUp: 0 });
  }, 120_000);
});
