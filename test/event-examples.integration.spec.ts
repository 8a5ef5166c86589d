import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  articleChanges,
  articleEnriched,
  type ArticleRecord,
  articleState,
  type EventOf,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import { runServices, type RunningServices } from '@newsmill/service';
import { deterministicId, encodeEvent, type EventExample, type LogRecord } from '@newsmill/stage';
import { pipelineTopics, recordOf, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { format } from 'prettier';
import { until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';

const EXAMPLES = new URL('../docs/examples/', import.meta.url);
const PAGE = new URL('../apps/standalone/sample/archive/cafe-renee.html', import.meta.url);
const UPDATE = 'npm run jest -- --selectProjects integration --testPathPatterns event-examples -u, then "npm run docs"';

/** What happens to the article, one after another, as its page and its publisher tell it. */
const LIFE: { name: string; summary: string; tell: (record: ArticleRecord) => ArticleRecord }[] = [
  { name: 'new', summary: 'An article that nobody knew.', tell: (record) => record },
  {
    name: 'update',
    summary: 'Its headline was sharpened.',
    tell: (record) => ({
      ...record,
      headlines: [{ ...record.headlines[0]!, value: `${record.headlines[0]!.value}, again` }],
    }),
  },
  {
    name: 'correction',
    summary: 'Something was wrong; the publisher says what.',
    tell: (record) => ({
      ...record,
      x: {
        ...record.x,
        corrections: [{ text: 'An earlier version of this article misstated the year of the opening.' }],
      },
    }),
  },
  {
    name: 'withheld',
    summary: 'It may not be shown for now. The text is not told any more.',
    tell: (record) => ({ ...record, pubStatus: 'withheld', edNote: 'Under legal review' }),
  },
  { name: 'restored', summary: 'It may be shown again.', tell: (record) => record },
  {
    name: 'withdrawn',
    summary: 'Killed: it must be removed wherever it stands.',
    tell: (record) => ({ ...record, pubStatus: 'canceled', edNote: 'Kill: wrong person named' }),
  },
];

let database: Awaited<ReturnType<typeof freshDatabase>>;
let transport: PostgresTransport;
let running: RunningServices;
const told: Record<string, EventExample[]> = { [articleChanges.name]: [], [articleState.name]: [] };

/** True under `jest -u`. */
function updating(): boolean {
  const state = expect.getState() as { snapshotState?: { _updateSnapshot?: string } };
  return state.snapshotState?._updateSnapshot === 'all';
}

/** The record as a real page of the sample site gives it. */
function version(index: number): EventOf<typeof articleEnriched> {
  const url = 'https://courier.example/archive/cafe-renee.html';
  const html = readFileSync(PAGE, 'latin1').replaceAll('{{origin}}', 'https://courier.example');
  const found = recordOf(html, url, new Date(Date.UTC(2026, 2, 1, 9, index)));
  if ('reason' in found) throw new Error(found.reason);
  const record = LIFE[index]!.tell(found.record);
  return { articleId: record.uri.slice('urn:uuid:'.length), receiptId: `01KJMX0000000000000000000${index}`, record };
}

/** When the store did something is the only thing that differs from run to run. */
function timeless(record: LogRecord, index: number): Omit<EventExample, 'name' | 'summary'> {
  const at = new Date(Date.UTC(2026, 2, 1, 9, index, 2)).toISOString();
  const headers = Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, String(value)]));
  const value = JSON.parse(String(record.value)) as Record<string, unknown>;
  return {
    key: String(record.key),
    headers: { ...headers, ce_time: at },
    value: { ...value, ...('changedAt' in value && { changedAt: at }) },
  };
}

async function latest(topic: Topic): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of transport.read(topicAddress('newsmill', topic), 'earliest')) records.push(record);
  return records;
}

beforeAll(async () => {
  database = await freshDatabase();
  transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  running = await runServices(
    services.filter(({ name }) => name === 'store'),
    {
      transport,
      environment: {
        NEWSMILL_TRANSPORT: 'postgres',
        NEWSMILL_DATABASE_URL: database.url,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_LOG_LEVEL: 'silent',
      },
    },
  );
  for (const [index, { name, summary }] of LIFE.entries()) {
    const id = deterministicId('example', String(index));
    await transport.publish([
      encodeEvent('newsmill', articleEnriched, version(index), { id, source: '/newsmill/enrich', time: Date.now() }),
    ]);
    for (const topic of [articleChanges, articleState]) {
      const record = await until(`${name} on ${topic.name}`, 30_000, async () =>
        (await latest(topic)).find(({ value }) => value !== null && revisionOf(value) === index + 1),
      );
      told[topic.name]!.push({ name, summary, ...timeless(record, index) });
    }
  }
}, 120_000);

afterAll(async () => {
  await running?.close();
  await transport?.close();
  await database?.drop();
});

function revisionOf(value: Buffer): number {
  return (JSON.parse(value.toString()) as { revision: number }).revision;
}

describe('the examples of events are what the store tells', () => {
  it.each([
    [articleChanges.name, LIFE.map(({ name }) => name)],
    // The state of what is new or restored says no more than that of an update.
    [articleState.name, ['update', 'withheld', 'withdrawn']],
  ])('%s', async (topic, names) => {
    const file = new URL(`${topic}.json`, EXAMPLES);
    const examples = told[topic]!.filter(({ name }) => names.includes(name));
    if (updating()) writeFileSync(file, await format(JSON.stringify(examples), { parser: 'json', printWidth: 120 }));
    if (!existsSync(file)) throw new Error(`${file.pathname} is missing: run ${UPDATE}`);
    expect({ examples, otherwise: UPDATE }).toEqual({
      examples: JSON.parse(readFileSync(file, 'utf8')),
      otherwise: UPDATE,
    });
  });
});
