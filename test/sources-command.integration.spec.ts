import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetcher } from '@newsmill/fetcher';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { machineEnvironment } from './support/environment.config.ts';
import { openDoor, type RunningDoor } from './support/running-door.ts';
import { startTestSite, type TestSite } from './support/test-site.ts';

const COMMAND = fileURLToPath(new URL('../apps/standalone/bin/newsmill.js', import.meta.url));
const ADMIN = 'an-admin-key-that-is-long-enough';

let site: TestSite;
let door: RunningDoor;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-sources-'));
  site = await startTestSite({
    '/': (_, response) => response.end('<link rel="alternate" type="application/rss+xml" href="/rss">'),
    '/rss': (_, response) => response.end('<rss version="2.0"><channel><title>News</title></channel></rss>'),
  });
  door = await openDoor(fetcher, {
    environment: { NEWSMILL_ADMIN_KEY: ADMIN, NEWSMILL_OUTBOUND_ALLOW: site.host },
  });
}, 120_000);

afterAll(async () => {
  await door?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the built `newsmill sources` as a user does who sits elsewhere. */
async function sources(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [COMMAND, 'sources', ...args], {
    env: {
      ...machineEnvironment(),
      NEWSMILL_DATA_DIR: folder,
      NEWSMILL_URL: door.url,
      NEWSMILL_ADMIN_KEY: ADMIN,
      ...environment,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

describe('newsmill sources', () => {
  it('tests a site, follows it, pauses and resumes it, and lets it go', async () => {
    const tested = await sources(['test', site.origin]);
    expect(tested).toMatchObject({ code: 0, err: '' });
    expect(tested.out).toContain(`would follow, after 7 requests:\n  ${site.origin}/rss (rss)\n`);

    const added = await sources(['add', site.origin, '--id', 'courier', '--paused', '--json']);
    expect(JSON.parse(added.out)).toMatchObject({ id: 'courier', state: 'paused', home: `${site.origin}/` });
    expect((await sources(['resume', 'courier'])).out).toMatch(/^courier {2}(searching|following) {2}api /);
    expect((await sources(['pause', 'courier'])).out).toContain('courier  paused  api');
    const listed = JSON.parse((await sources(['list', '--json'])).out);
    expect(listed.sources).toMatchObject([{ id: 'courier', state: 'paused' }]);
    expect(await sources(['remove', 'courier'])).toEqual({ code: 0, out: 'removed courier\n', err: '' });
    expect((await sources(['list'])).out).toBe('no sources\n');
  }, 240_000);

  it('says what is wrong in one line', async () => {
    expect(await sources(['show', 'nobody'])).toEqual({
      code: 1,
      out: '',
      err: 'newsmill: there is no source nobody\n',
    });
    expect((await sources(['add', 'nowhere'])).err).toMatch(
      /^newsmill: the source does not fit .*; home Not an absolute URL/,
    );
    expect((await sources(['add'])).code).toBe(2);
    expect((await sources(['test', `${site.origin}/none`])).code).toBe(0);
    expect((await sources(['test', 'http://10.1.2.3/'])).code).toBe(1);
    const wrongKey = await sources(['list'], { NEWSMILL_ADMIN_KEY: 'another-key-that-is-long' });
    expect(wrongKey).toMatchObject({ code: 1, err: 'newsmill: the key is not known\n' });
    expect((await sources(['list'], { NEWSMILL_ADMIN_KEY: '' })).err).toContain('set NEWSMILL_ADMIN_KEY');
    expect((await sources(['list'], { NEWSMILL_URL: '' })).err).toContain('no fetcher at hand: set NEWSMILL_URL');
    expect((await sources(['list'], { NEWSMILL_URL: 'nowhere' })).code).toBe(78);
    expect((await sources(['list'], { NEWSMILL_URL: 'http://127.0.0.1:9' })).err).toMatch(
      /^newsmill: http:\/\/127\.0\.0\.1:9: /,
    );
  }, 240_000);
});
