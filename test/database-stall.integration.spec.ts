import { loadSettings, openDataSource, serviceSettings } from '@newsmill/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { storeDatabase } from '../apps/store/src/store.database.ts';
import { freshDatabase } from './support/real-parts.ts';
import { TcpProxy } from './support/tcp-proxy.ts';

const QUERY_TIMEOUT_MS = 900;

let drop: (() => Promise<void>) | undefined;
let proxy: TcpProxy;
let direct: Awaited<ReturnType<typeof openDataSource>>;
let database: Awaited<ReturnType<typeof openDataSource>>;

beforeAll(async () => {
  const made = await freshDatabase();
  drop = made.drop;
  const url = new URL(made.url);
  proxy = await TcpProxy.start();
  proxy.leadTo(Number(url.port));
  const open = (address: URL, migrated: boolean) =>
    openDataSource(
      { ...storeDatabase, poolSize: 1 },
      loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: address.href, NEWSMILL_MIGRATE: String(migrated) }),
      { queryTimeoutMs: QUERY_TIMEOUT_MS },
    );
  direct = await open(url, true);
  const through = new URL(url);
  through.port = String(proxy.port);
  database = await open(through, false);
  await direct.query('CREATE TABLE note (text text PRIMARY KEY)');
});

afterAll(async () => {
  await database?.destroy();
  await direct?.destroy();
  await proxy?.stop();
  await drop?.();
});

const write = (text: string): string => `INSERT INTO note VALUES ('${text}')`;

async function notes(): Promise<string[]> {
  const rows = await direct.query<{ text: string }[]>('SELECT text FROM note ORDER BY text');
  return rows.map(({ text }) => text);
}

describe('a transaction that gets no answer', () => {
  it('is no part of the next one on its connection', async () => {
    await expect(
      database.transaction(async (manager) => {
        await manager.query(write('half'));
        proxy.impair({ stalled: true });
        await manager.query(write('unanswered'));
      }),
    ).rejects.toThrow('Query read timeout');
    proxy.heal();
    await database.transaction((manager) => manager.query(write('next')));
    expect(await notes()).toEqual(['next']);
  });

  it('ends at the server before its connection is given up, while a lock is not had', async () => {
    await direct.transaction(async (manager) => {
      await manager.query('LOCK TABLE note IN EXCLUSIVE MODE');
      await expect(database.query(write('locked out'))).rejects.toMatchObject({ code: '57014' });
    });
    // The same connection: it was answered.
    await database.query(write('then'));
    expect(await notes()).toEqual(['next', 'then']);
  });

  it('holds nothing for ever when its process stands still', async () => {
    const [{ limit }] = await database.query<[{ limit: string }]>(
      "SELECT current_setting('idle_in_transaction_session_timeout') AS limit",
    );
    expect(limit).toBe('1min');
  });
});
