import { runServices, type RunningServices } from '@newsmill/service';
import { pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import {
  type NewsroomExample,
  ownExamples,
  standardExamples,
  standardExamplesAreThere,
} from './support/newsroom-examples.ts';
import { freshDatabase } from './support/real-parts.ts';

/*
 * What a newsroom pushes, all the way from the door to the query API. Few items have a web address: the identifier that a
 * newsroom gives is a `urn:` or `tag:`.
 */

const KEY = 'a-key-that-is-long-enough';
const examples = [...ownExamples(), ...(standardExamplesAreThere() ? standardExamples() : [])];

let database: Awaited<ReturnType<typeof freshDatabase>>;
let running: RunningServices;
let client: NewsmillClient;

beforeAll(async () => {
  database = await freshDatabase();
  const transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  await transport.close();
  running = await runServices(services, {
    environment: {
      NEWSMILL_TRANSPORT: 'postgres',
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

const item = (number: number, fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  uri: `urn:newsml:courier.example:20261101:${number}`,
  type: 'text',
  version: '1',
  versionCreated: new Date().toISOString(),
  headlines: [{ role: 'main', value: `Council meets for the ${number}th time` }],
  bodies: [{ role: 'main', contentType: 'text/plain', value: `The council met on Monday, for the ${number}th time.` }],
  ...fields,
});

const push = (body: unknown): ReturnType<NewsmillClient['push']> =>
  client.push(body, { 'content-type': 'application/vnd.iptc.ninjs+json' });

describe('an item whose identifier is a urn and that has no web address', () => {
  it('is stored, found by its id, updated under it and withdrawn', async () => {
    const first = await client.settled((await push(item(1))).receiptId!);
    expect(first.state).toBe('stored');
    const stored = await client.article(first.articleId!);
    expect(stored.altIds).toContainEqual({ role: 'guid', value: 'urn:newsml:courier.example:20261101:1' });
    const update = item(1, { version: '2', headlines: [{ role: 'main', value: 'Council meets again' }] });
    const second = await client.settled((await push(update)).receiptId!);
    expect(second).toMatchObject({ state: 'stored', articleId: first.articleId });
    const kill = item(1, { version: '3', pubStatus: 'canceled' });
    expect((await client.settled((await push(kill)).receiptId!)).state).toBe('withdrawn');
    await expect(client.article(first.articleId!)).rejects.toThrow('410');
  });

  it('is held until its embargo is over', async () => {
    const embargoedUntil = new Date(Date.now() + 3_000).toISOString();
    const pushed = await push(item(2, { embargoedUntil }));
    const articleId = pushed.body['articleId'] as string;
    await until('it is held', 30_000, async () =>
      (await client.receipt(pushed.receiptId!)).state === 'held' ? true : undefined,
    );
    await expect(client.article(articleId)).rejects.toThrow('404');
    await until('it is released', 30_000, () => client.article(articleId));
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(embargoedUntil));
  });
});

describe('every example', () => {
  const accepted = ['stored', 'unchanged', 'withdrawn', 'held'];

  it.each(examples)('$name goes in and is answered for', async ({ content, mediaType }: NewsroomExample) => {
    const pushed = await client.push(content, { 'content-type': mediaType! });
    expect([pushed.status, pushed.body]).toEqual([202, expect.anything()]);
    const receipt = await until('it is answered for', 30_000, async () => {
      const found = await client.receipt(pushed.receiptId!);
      return [...accepted, 'rejected', 'dead'].includes(found.state) ? found : undefined;
    });
    expect([receipt.reason, accepted]).toEqual([receipt.reason, expect.arrayContaining([receipt.state])]);
  });

  it('the account closes, and nothing is with the dead letters', async () => {
    const { closes, states } = await client.flow();
    expect([closes, Object.keys(states).sort()]).toEqual([true, ['stored', 'unchanged', 'withdrawn']]);
  });
});
