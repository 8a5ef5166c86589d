import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { linkDiscovered, pageFetched } from '@newsmill/contracts';
import { addKey, fetcher } from '@newsmill/fetcher';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { machineEnvironment } from './support/environment.config.ts';
import { openDoor, type RunningDoor } from './support/running-door.ts';

const page = await readFile(new URL('../docs/push.md', import.meta.url), 'utf8');
const examples = page
  .split(/^## /m)
  .flatMap((section) =>
    [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script]) => [section.split('\n')[0]!, script!] as const),
  );

let folder: string;
let door: RunningDoor;
let environment: Record<string, string | undefined>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-docs-'));
  const file = join(folder, 'keys.json');
  const scopes = ['articles:write' as const, 'articles:delete' as const, 'validate' as const];
  const bearer = await addKey(file, { publisher: 'courier', kind: 'bearer', scopes });
  const signing = await addKey(file, { publisher: 'courier', kind: 'hmac', scopes });
  const superdesk = await addKey(file, { publisher: 'gazette', kind: 'superdesk', scopes: [] });
  door = await openDoor(fetcher, { environment: { NEWSMILL_KEYS_FILE: file, NEWSMILL_API_KEY: '' } });
  environment = {
    ...machineEnvironment(),
    NEWSMILL_URL: door.url,
    NEWSMILL_KEY: bearer.key,
    NEWSMILL_KEY_ID: signing.entry.id,
    NEWSMILL_SECRET: signing.key,
    SUPERDESK_TOKEN: superdesk.key,
  };
});

afterAll(async () => {
  await door?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the examples of docs/push.md', () => {
  it.each(examples)('%s', async (_, script) => {
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env: environment });
    expect(stdout).toMatch(/"receiptId"|"pubStatus":"usable"/);
  });

  it('are all there, and put on the log what they say', async () => {
    expect(examples.length).toBeGreaterThanOrEqual(10);
    const [links, pages] = [await door.events(linkDiscovered), await door.events(pageFetched)];
    const kinds = new Set([...links, ...pages].map((event) => ('mediaType' in event ? event.mediaType : 'link')));
    expect(kinds).toEqual(new Set(['link', 'text/html', 'application/vnd.iptc.ninjs+json']));
    expect(links.filter(({ url }) => url.endsWith('/once'))).toHaveLength(1);
    expect(new Set(pages.map(({ publisher }) => publisher))).toEqual(new Set(['courier', 'gazette']));
  });
});
