import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { articleChanges, articleState, type EventOf, type Topic, topicAddress } from '@newsmill/contracts';
import { deterministicId, encodeEvent, type EventExample, type NewRecord, topicSpecs } from '@newsmill/stage';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pythonUnavailable } from './support/python.ts';
import { python } from './support/real-parts.config.ts';
import { kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';

const CONSUMERS = join(import.meta.dirname, '../examples/consumers');
const ARTICLES = 60;

type Change = EventOf<typeof articleChanges>;

/** Real events of an article's life, from its first version to its withdrawal. */
const life = JSON.parse(
  readFileSync(new URL('../docs/examples/news.article.changes.v1.json', import.meta.url), 'utf8'),
) as (EventExample & { value: Change })[];

/** What was told of each article last; `undefined` behind a tombstone. */
const truth = new Map<string, Change | undefined>();
const prefix = topicPrefix();
const folder = mkdtempSync(join(tmpdir(), 'newsmill-consumers-'));
let transport: KafkaTransport;
let brokers: string;

/** As the store does: the change and the state, in one go. */
async function tell(number: number, step: number): Promise<void> {
  const change = { ...life[step]!.value, articleId: articleId(number) };
  const { articleId: id, revision, pubStatus, reason, record, basis } = change;
  const state = {
    ...{ articleId: id, revision, pubStatus: pubStatus! },
    ...(reason !== undefined && { reason }),
    ...(record !== undefined && { record }),
    ...(basis !== undefined && { basis }),
  };
  await transport.publish([encoded(articleChanges, change), encoded(articleState, state)]);
  truth.set(id, change);
}

function encoded<T extends Topic>(topic: T, event: EventOf<T> & { articleId: string; revision: number }): NewRecord {
  const id = deterministicId(event.articleId, String(event.revision), topic.name);
  return encodeEvent(prefix, topic, event, { id, source: '/newsmill/store', time: Date.now() });
}

async function bury(number: number): Promise<void> {
  const id = articleId(number);
  await transport.publish([
    { topic: topicAddress(prefix, articleState), key: Buffer.from(id), value: null, headers: {} },
  ]);
  truth.set(id, undefined);
}

function articleId(number: number): string {
  return deterministicId('kafka', String(number));
}

function expected(): unknown {
  return Object.fromEntries(
    [...truth].flatMap(([id, change]) => {
      if (change === undefined) return [];
      const { revision, pubStatus, reason, record } = change;
      return [[id, { revision, pubStatus, ...(reason !== undefined && { reason }), ...(record && { record }) }]];
    }),
  );
}

beforeAll(async () => {
  const kafka = await startKafka();
  brokers = kafka.brokers.join(',');
  transport = new KafkaTransport({ brokers: kafka.brokers, clientId: prefix });
  await transport.connect();
  await transport.applyTopics(topicSpecs(prefix, [articleChanges, articleState], []));
  // Some in the middle of their life, some killed, some of these buried.
  for (let number = 0; number < ARTICLES; number += 1) {
    for (let step = 0; step <= number % life.length; step += 1) await tell(number, step);
    if (number % 12 === 11) await bury(number);
  }
}, 300_000);

afterAll(async () => {
  await transport?.close();
  rmSync(folder, { recursive: true });
});

const languages = [
  ['typescript', process.execPath, ['--disable-warning=TimeoutNegativeWarning', 'main.ts'], undefined],
  ['python', python(), ['-B', 'main.py'], pythonUnavailable('confluent_kafka')],
] as const;

const noKafka = await kafkaUnavailable();

for (const [language, command, program, missing] of languages) {
  (noKafka === undefined && missing === undefined ? describe : describe.skip)(`the consumer in ${language}`, () => {
    const [group, file] = [`${prefix}-${language}`, join(folder, `${language}.json`)];

    /** One run to the end of what is there. */
    function run(): Promise<unknown> {
      const [main, ...flags] = [...program].reverse();
      const args = [...flags.reverse(), join(CONSUMERS, language, main!), brokers, prefix, group, file, '--once'];
      return new Promise((resolve, reject) => {
        execFile(command, args, { timeout: 90_000, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
          if (error === null) resolve(JSON.parse(out));
          else reject(new Error(`${error.message}\n${err}`));
        });
      });
    }

    async function lag(): Promise<number> {
      let sum = 0;
      for (const topic of [articleChanges, articleState]) {
        for (const partition of await transport.lag(topicAddress(prefix, topic), group)) sum += Number(partition.lag);
      }
      return sum;
    }

    it('rebuilds the truth from both topics, goes on where it stood, and begins anew without its file', async () => {
      expect(await run()).toEqual(expected());
      expect(await lag()).toBe(0);

      const next = truth.size;
      await tell(next, 0);
      await tell(next + 1, 0);
      await tell(next + 1, 1);
      for (const step of [1, 2, 3, 4, 5]) await tell(next, step);
      await bury(next);
      expect(await lag()).toBe(17);
      expect(await run()).toEqual(expected());
      expect(await lag()).toBe(0);

      rmSync(file);
      expect(await run()).toEqual(expected());
    }, 300_000);
  });
}
