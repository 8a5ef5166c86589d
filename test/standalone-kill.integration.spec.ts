import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainHeadline } from '@newsmill/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { articlePage } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';

let folder: string;
let standalone: NewsmillProcess;

async function start(): Promise<NewsmillClient> {
  standalone = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['up'], {
    NEWSMILL_DATA_DIR: folder,
    NEWSMILL_HTTP_PORT: '0',
    NEWSMILL_API_KEY: KEY,
    NEWSMILL_SAMPLE: 'false',
  });
  const [, url] = await standalone.line(/^newsmill is up at (\S+)/);
  return new NewsmillClient(url!, KEY);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-kill-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('standalone under kill -9', () => {
  it('stores every article that got a 202 once, after three kills in mid-run', async () => {
    /** What the newsroom was promised: kept outside of what is killed. */
    const ledger = new Map<string, string>();
    let number = 0;
    for (let round = 0; round < 3; round += 1) {
      const client = await start();
      const target = ledger.size + 40;
      const writers = [1, 2, 3, 4].map(async () => {
        while (ledger.size < target) {
          number += 1;
          const headline = `Footbridge ${number} to be repaired`;
          const url = `https://courier.example/${number}`;
          const pushed = await client.push({ url, html: articlePage(number) }).catch(() => undefined);
          if (pushed === undefined) return;
          expect(pushed.status).toBe(202);
          ledger.set(headline, pushed.receiptId!);
        }
      });
      await Promise.all(writers);
      expect(await standalone.end('SIGKILL')).toBe('SIGKILL');
    }
    const client = await start();
    await until('everything is answered for', 60_000, async () => {
      const { received, closes } = await client.flow();
      return received >= ledger.size && closes ? true : undefined;
    });
    const headlines = (await client.allArticles()).map(mainHeadline);
    expect(new Set(headlines).size).toBe(headlines.length);
    expect([...ledger.keys()].filter((headline) => !headlines.includes(headline))).toEqual([]);
    for (const receiptId of ledger.values()) expect((await client.receipt(receiptId)).state).toBe('stored');
    expect(await standalone.end('SIGTERM')).toBe(0);
  }, 300_000);

  it('says who holds the data folder when it is started twice', async () => {
    await start();
    const second = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['up'], {
      NEWSMILL_DATA_DIR: folder,
      NEWSMILL_HTTP_PORT: '0',
    });
    await second.line(/^newsmill: .*in use/);
    expect(await standalone.end('SIGINT')).toBe(0);
  }, 120_000);
});
