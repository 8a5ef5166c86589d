import { type ArticleRecord, articleEnriched, articleUri } from '@newsmill/contracts';
import { type RunningServices, runServices } from '@newsmill/service';
import { encodeEvent } from '@newsmill/stage';
import { pipelineTopics } from '@newsmill/standalone';
import { store } from '@newsmill/store';
import { PostgresTransport } from '@newsmill/transport';
import { articleIdOf } from '@newsmill/web';
import { freshDatabase } from './real-parts.ts';

/** A version of an article as it comes to the store. */
export interface Version {
  /** Which article. */
  number: number;
  version: number;
  /** Default: told by number and version. */
  text?: string;
  pubStatus?: ArticleRecord['pubStatus'];
  edNote?: string;
  language?: string;
  section?: string;
}

export const ADMIN_KEY = 'an-admin-key-of-some-length';

export function articleId(number: number): string {
  return articleIdOf({ publisher: 'courier', guid: String(number) });
}

export function textOf({ number, version, text }: Version): string {
  return text ?? `Article ${number} says ${version}.`;
}

function recordOf(told: Version): ArticleRecord {
  const { number, version, pubStatus = 'usable', edNote, language = 'en', section = 'News' } = told;
  const url = `https://courier.example/${number}`;
  const time = new Date(Date.UTC(2026, 0, 1, 0, version)).toISOString();
  return {
    uri: articleUri(articleId(number)),
    type: 'text',
    version: String(version),
    versionCreated: time,
    pubStatus,
    language,
    headlines: [{ role: 'main', value: `Headline ${number}` }],
    bodies: [{ role: 'main', contentType: 'text/plain', value: textOf(told) }],
    subjects: [{ rel: 'section', name: section }],
    infoSources: [{ role: 'publisher', name: 'The Courier' }],
    ...(edNote !== undefined && { edNote }),
    x: {
      url: { original: url, final: url, canonical: url },
      dates: {},
      access: {},
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: { mode: 'push', source: 'courier', fetchedAt: time },
    },
  };
}

/** A database with the topics of the pipeline, stores on it, and versions that come in. */
export interface StoreFeed {
  databaseUrl: string;
  transport: PostgresTransport;
  environment: Record<string, string>;
  /** One more instance of the store. */
  start(environment?: Record<string, string>): Promise<RunningServices>;
  publish(...versions: Version[]): Promise<void>;
  query<T>(sql: string, parameters?: unknown[]): Promise<T[]>;
  /** Ends the instances and drops the database. */
  close(): Promise<void>;
}

export async function startStoreFeed(environment: Record<string, string> = {}): Promise<StoreFeed> {
  const { Client } = await import('pg');
  const database = await freshDatabase();
  const transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  const running: RunningServices[] = [];
  const client = new Client({ connectionString: database.url, options: '-c search_path=store,public' });
  await client.connect();
  const base = {
    NEWSMILL_TRANSPORT: 'postgres',
    NEWSMILL_DATABASE_URL: database.url,
    NEWSMILL_HTTP_PORT: '0',
    NEWSMILL_LOG_LEVEL: 'silent',
    NEWSMILL_ADMIN_KEY: ADMIN_KEY,
    ...environment,
  };
  let receipts = 0;
  return {
    databaseUrl: database.url,
    transport,
    environment: base,
    start: async (more = {}) => {
      const services = await runServices([store], { environment: { ...base, ...more } });
      running.push(services);
      return services;
    },
    publish: (...versions) =>
      transport.publish(
        versions.map((told) => {
          receipts += 1;
          const event = { articleId: articleId(told.number), receiptId: `r-${receipts}`, record: recordOf(told) };
          return encodeEvent('newsmill', articleEnriched, event, { id: `e-${receipts}`, source: '/test', time: 0 });
        }),
      ),
    query: async (sql, parameters = []) => (await client.query(sql, parameters)).rows,
    close: async () => {
      for (const services of running) await services.close().catch(() => undefined);
      await client.end();
      await transport.close();
      await database.drop();
    },
  };
}
