/**
 * npm run bench:rebuild -- [--transport postgres|kafka] [--articles 20000] [--json]
 *
 * Puts pages made from the sample site and the articles in them on the log, lets the store service store them, and then
 * measures the commands as an operator runs them, start of the process included: rebuild into an empty schema,
 * store-hash, replay of the store stage (the store's service at rest) and replay of the parse stage.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { articleEnriched, type ArticleRecord, type EventOf, pageFetched } from '@newsmill/contracts';
import { startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { encodeEvent, type NewRecord, type Transport } from '@newsmill/stage';
import { recordOf } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { articleIdOf, pageIdOf } from '@newsmill/web';
import { startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
import { freePort } from '../support/free-port.ts';
import { NewsmillClient, until } from '../support/newsmill-client.ts';
import { NewsmillProcess } from '../support/newsmill-process.ts';
import { benchPages } from './pages.ts';

const PREFIX = 'bench';
const COMMAND = 'apps/standalone/bin/newsmill.js';
/** Records published at once. */
const BATCH = 500;

const { values } = parseArgs({
  options: {
    transport: { type: 'string', default: 'postgres' },
    articles: { type: 'string', default: '20000' },
    json: { type: 'boolean', default: false },
  },
});
const { transport: kind, json } = values;
if (kind !== 'postgres' && kind !== 'kafka') throw new Error(`--transport ${kind}: postgres or kafka`);
const articles = Number(values.articles);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'newsmill-bench-'));
const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
try {
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  ends.push(() => database.stop());
  const kafka = kind === 'kafka' ? await startLocalKafka({ dataDir: join(folder, 'kafka') }) : undefined;
  if (kafka) ends.push(() => kafka.stop());
  const environment = {
    NEWSMILL_TRANSPORT: kind,
    NEWSMILL_DATABASE_URL: database.url,
    NEWSMILL_TOPIC_PREFIX: PREFIX,
    NEWSMILL_LOG_LEVEL: 'error',
    ...(kafka && { NEWSMILL_KAFKA_BROKERS: kafka.brokers.join(',') }),
  };
  const command = async (...args: string[]): Promise<{ seconds: number; answer: Record<string, unknown> }> => {
    const began = performance.now();
    const child = new NewsmillProcess(COMMAND, args, environment);
    const code = await child.ended;
    const seconds = (performance.now() - began) / 1000;
    if (code !== 0) throw new Error(`newsmill ${args.join(' ')} ended with ${code}:\n${child.lines.join('\n')}`);
    const last = child.lines.findLast((line) => line.startsWith('{')) ?? '{}';
    tell(`newsmill ${args.join(' ')}: ${seconds.toFixed(1)} s ${last.slice(0, 200)}`);
    return { seconds, answer: JSON.parse(last) as Record<string, unknown> };
  };
  await command('topics', 'apply');
  await command('migrate');

  const transport: Transport = kafka
    ? new KafkaTransport({ brokers: kafka.brokers, clientId: 'bench' })
    : new PostgresTransport({ url: database.url });
  await transport.connect();
  ends.push(() => transport.close());
  const bytes = await fill(transport);
  tell(`${articles} pages and articles are on the ${kind} log; the store stores them`);

  const port = await freePort();
  const store = new NewsmillProcess('apps/store/dist/main.js', [], {
    ...environment,
    NEWSMILL_HTTP_PORT: String(port),
    NEWSMILL_MIGRATE: 'false',
  });
  ends.push(() => store.end('SIGTERM'));
  const client = new NewsmillClient('', '', `http://127.0.0.1:${port}`);
  await until('everything is stored', 3_600_000, async () =>
    (await client.flow()).states.stored === articles ? true : undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await store.end('SIGTERM');

  const rebuilt = await command('rebuild', '--into-schema', 'store_again', '--json');
  const hashed = await command('store-hash', '--json');
  if (rebuilt.answer.content !== hashed.answer.content) throw new Error('the rebuilt store differs');
  const storeReplay = await command('replay', 'store', '--from', 'earliest', '--json');
  const parseReplay = await command('replay', 'parse', '--from', 'earliest', '--json');
  const after = await command('store-hash', '--json');
  if (after.answer.history !== hashed.answer.history) throw new Error('the replay changed the store');
  const per100k = (seconds: number): number => Math.round((seconds * 100_000) / articles);
  const result = {
    transport: kind,
    articles,
    bytesAnArticle: Math.round(bytes / articles),
    secondsPer100k: {
      rebuild: per100k(rebuilt.seconds),
      storeHash: per100k(hashed.seconds),
      replayStore: per100k(storeReplay.seconds),
      replayParse: per100k(parseReplay.seconds),
    },
  };
  process.stdout.write(`${json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`);
} finally {
  for (const end of ends.reverse()) await end();
}

/** @returns bytes of the article events */
async function fill(transport: Transport): Promise<number> {
  let bytes = 0;
  let batch: NewRecord[] = [];
  const fetchedAt = new Date();
  // Pages repeat after some: what differs is the address, and the ids that are made of it.
  const parsed = new Map<string, { origin: string; canonical: string; json: string }>();
  for (const [index, { url, html }] of benchPages(articles).entries()) {
    const receiptId = `bench-${index}`;
    const { origin, pathname } = new URL(url);
    if (!parsed.has(pathname)) {
      const found = recordOf(html, url, fetchedAt);
      if ('reason' in found) throw new Error(`${url}: ${found.reason}`);
      parsed.set(pathname, { origin, canonical: found.record.x.url.canonical, json: JSON.stringify(found.record) });
    }
    const first = parsed.get(pathname)!;
    const articleId = articleIdOf({ url: first.canonical.replace(first.origin, origin) });
    const json = first.json
      .replaceAll(first.origin, origin)
      .replaceAll(articleIdOf({ url: first.canonical }), articleId);
    const record = JSON.parse(json) as ArticleRecord;
    const version: EventOf<typeof articleEnriched> = { articleId, receiptId, record };
    const page: EventOf<typeof pageFetched> = {
      receiptId,
      origin: { mode: 'push', source: 'command' },
      pageId: pageIdOf({ url }),
      url: { original: url, final: url },
      mediaType: 'text/html',
      content: html,
      fetchedAt: fetchedAt.toISOString(),
    };
    const envelope = { id: receiptId, source: '/bench', time: Date.now() };
    const encoded = encodeEvent(PREFIX, articleEnriched, version, envelope);
    bytes += encoded.value!.length;
    batch.push(encoded, encodeEvent(PREFIX, pageFetched, page, envelope));
    if (batch.length >= BATCH) {
      await transport.publish(batch);
      batch = [];
    }
  }
  await transport.publish(batch);
  return bytes;
}
