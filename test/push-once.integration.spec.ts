import { articleChanges, pageFetched, topicAddress } from '@newsmill/contracts';
import { runServices, type RunningServices } from '@newsmill/service';
import type { LogRecord, NewRecord } from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';
import { LogUnavailable, MemoryTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';
const PAGES = topicAddress('newsmill', pageFetched);

/** Takes a page and says that it did not, as a broker that dies before its acknowledgement arrives. */
class UnconfirmedTransport extends MemoryTransport {
  unconfirmed = 0;

  override async publish(records: readonly NewRecord[]): Promise<void> {
    await super.publish(records);
    if (this.unconfirmed === 0 || !records.some(({ topic }) => topic === PAGES)) return;
    this.unconfirmed -= 1;
    throw new LogUnavailable('test');
  }
}

const transport = new UnconfirmedTransport();
let database: Awaited<ReturnType<typeof freshDatabase>>;
let running: RunningServices;
let client: NewsmillClient;

beforeAll(async () => {
  database = await freshDatabase();
  await transport.applyTopics(pipelineTopics('newsmill'));
  running = await runServices(services, {
    transport,
    environment: {
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_API_KEY: `courier=${KEY}`,
      NEWSMILL_LOG_LEVEL: 'silent',
    },
  });
  client = new NewsmillClient(running.url, KEY);
});

afterAll(async () => {
  await running?.close();
  await database?.drop();
});

async function recordsOf(address: string): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for await (const record of transport.read(address, 'earliest')) all.push(record);
  return all;
}

describe('a push that is repeated under its Idempotency-Key because no answer came', () => {
  it('is one receipt, one article and one change, although it stands on the log three times', async () => {
    const push = () =>
      client.push(
        { url: 'https://courier.example/once', html: articlePage(1), guid: 'once' },
        { 'idempotency-key': '"b6f1"' },
      );
    transport.unconfirmed = 2;
    expect((await push()).status).toBe(503);
    expect((await push()).status).toBe(503);
    const taken = await push();
    expect(taken.status).toBe(202);
    const pages = await recordsOf(PAGES);
    expect(pages).toHaveLength(3);
    expect(new Set(pages.map(({ headers }) => headers.ce_id!.toString()))).toEqual(new Set([taken.body.eventId]));

    const receipt = await client.settled(taken.receiptId!);
    expect(receipt).toMatchObject({ state: 'stored', articleId: taken.body.articleId });
    // Another push behind it: when that is told of, everything before it has passed.
    const next = await client.push({ url: 'https://courier.example/next', html: articlePage(2), guid: 'next' });
    await client.settled(next.receiptId!);
    await until('all is answered for', 20_000, async () => ((await client.flow()).closes ? true : undefined));
    expect(await client.flow()).toMatchObject({ received: 2, states: { stored: 2 } });
    const changes = await until('both are told', 20_000, async () => {
      const all = await recordsOf(topicAddress('newsmill', articleChanges));
      return all.length >= 2 ? all : undefined;
    });
    expect(changes.map(({ key }) => key!.toString()).sort()).toEqual(
      [taken.body.articleId as string, next.body.articleId as string].sort(),
    );
  });
});
