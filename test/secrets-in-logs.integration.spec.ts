import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from './support/free-port.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage } from './support/test-site.ts';

const KEY = 'push-key-that-nobody-may-read';
const WRONG = 'wrong-key-that-is-secret-too';
const ADMIN = 'admin-key-that-nobody-may-read';
const PASSWORD = 'password-of-the-database';
const COOKIE = 'session-that-is-none-of-ours';

describe('the logs of a process that is told everything', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let folder: string;

  beforeAll(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'newsmill-logs-'));
  });

  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('hold no key, signature or password, at any level', async () => {
    const port = await freePort();
    const url = new URL(database.url);
    // Trusted connections look at no password, and the process knows this one all the same.
    if (url.password === '') url.password = PASSWORD;
    const app = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['up'], {
      NEWSMILL_DATABASE_URL: url.href,
      NEWSMILL_DATA_DIR: folder,
      NEWSMILL_HTTP_PORT: String(port),
      NEWSMILL_API_KEY: `courier=${KEY}`,
      NEWSMILL_ADMIN_KEY: ADMIN,
      NEWSMILL_SAMPLE: 'false',
      NEWSMILL_LOG_LEVEL: 'trace',
    });
    const origin = `http://127.0.0.1:${port}`;
    let told = '';
    const signature = createHmac('sha256', WRONG).update('x').digest('hex');
    try {
      await until('it is ready', 120_000, async () => ((await fetch(`${origin}/readyz`)).ok ? true : undefined));
      const client = new NewsmillClient(origin, KEY);
      const page = { url: 'https://courier.example/1', html: articlePage(1), guid: 'one' };
      const { receiptId } = await client.push(page, { cookie: COOKIE });
      expect((await client.settled(receiptId!)).state).toBe('stored');
      expect((await client.push(page, { authorization: `Bearer ${WRONG}` })).status).toBe(401);
      expect((await client.push('{"url": ', {})).status).toBe(400);
      const signed = { 'x-newsmill-signature': signature, 'x-newsmill-timestamp': '1', 'x-newsmill-key': 'courier' };
      expect((await client.push(page, { ...signed, authorization: '' })).status).toBeGreaterThanOrEqual(400);
      for (const path of ['status', 'webhooks', 'dead-letters']) {
        const ask = (key: string): Promise<Response> =>
          fetch(`${origin}/v1/${path}`, { headers: { authorization: `Bearer ${key}` } });
        expect([path, (await ask(ADMIN)).status, (await ask(WRONG)).status]).toEqual([path, 200, 401]);
      }
      told = await (await fetch(`${origin}/metrics`)).text();
    } finally {
      await app.end('SIGTERM');
    }
    expect(app.lines.length).toBeGreaterThan(5);
    told += app.lines.join('\n');
    const secrets = [KEY, WRONG, ADMIN, PASSWORD, COOKIE, signature];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  }, 240_000);
});
