import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkDiscovered, pageFetched } from '@newsmill/contracts';
import { SettingsError } from '@newsmill/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KEY, openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { until } from '../../../../test/support/newsmill-client.ts';
import { fetcher } from '../fetcher.service.js';
import { addKey, type MadeKey, revokeKey, rotateKey } from './key-file.js';
import { signatureOf } from './signature.js';

const json = { 'content-type': 'application/json' };
const link = JSON.stringify({ url: 'https://courier.example/a' });

let folder: string;
let file: string;
let door: RunningDoor;
let second: RunningDoor;
let writer: MadeKey;
let checker: MadeKey;
let signer: MadeKey;
let superdesk: MadeKey;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-keys-'));
  file = join(folder, 'keys.json');
  writer = await addKey(file, { publisher: 'herald', kind: 'bearer', scopes: ['articles:write'] });
  checker = await addKey(file, { publisher: 'herald', kind: 'bearer', scopes: ['validate'] });
  signer = await addKey(file, { publisher: 'herald', kind: 'hmac', scopes: ['articles:write', 'articles:delete'] });
  superdesk = await addKey(file, { publisher: 'gazette', kind: 'superdesk', scopes: [] });
  const environment = { NEWSMILL_KEYS_FILE: file };
  door = await openDoor(fetcher, { environment });
  second = await openDoor(fetcher, { environment, databaseUrl: door.databaseUrl });
});

afterAll(async () => {
  await second?.close();
  await door?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('bearer keys', () => {
  it.each([
    ['none', null],
    ['an unknown one', 'a-key-that-nobody-was-given'],
    ['the hash of one', 'sha256:0000000000000000000000000000000000000000000000000000000000000000'],
  ])('%s is refused with 401 and how to do it', async (_, key) => {
    const { status, headers } = await door.ask('POST', '/v1/articles', { key, headers: json, body: link });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('push under the publisher that they belong to, from the file as from the environment', async () => {
    for (const key of [writer.key, KEY]) {
      expect((await door.ask('POST', '/v1/articles', { key, headers: json, body: link })).status).toBe(202);
    }
    const publishers = (await door.events(linkDiscovered)).map(({ publisher }) => publisher);
    expect(publishers.slice(-2)).toEqual(['herald', 'courier']);
  });

  it('do what their scopes allow', async () => {
    const validate = '/v1/articles?validate=only';
    const html = JSON.stringify({ url: 'https://courier.example/a', html: '<p>Sign in</p>' });
    const tries = [
      await door.ask('POST', '/v1/articles', { key: checker.key, headers: json, body: link }),
      await door.ask('DELETE', '/v1/articles/x', { key: writer.key }),
      await door.ask('POST', '/v1/articles:batch', { key: checker.key, body: link }),
      await door.ask('POST', validate, { key: checker.key, headers: json, body: html }),
      await door.ask('POST', validate, { key: writer.key, headers: json, body: html }),
    ];
    expect(tries.map(({ status }) => status)).toEqual([403, 403, 403, 422, 422]);
    expect(tries[1]!.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="articles:delete"',
    );
  });

  it('are told as wrong before anything of the body is read', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) });
    const { status } = await door
      .ask('POST', '/v1/articles', { key: 'a-key-that-nobody-was-given', body: endless, duplex: 'half' })
      .catch((error: unknown) => ({ status: String(error) }));
    expect(status).toBe(401);
  });
});

describe('a keys file', () => {
  it('is private, and holds no bearer key', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    expect([writer.key, checker.key, signer.key].map((key) => text.includes(key))).toEqual([false, false, true]);
  });

  it('is read again when it changes: two keys are valid while one is rotated, a revoked one is not', async () => {
    const statusWith = async (key: string) =>
      (await door.ask('POST', '/v1/articles', { key, headers: json, body: link })).status;
    const old = await addKey(file, { publisher: 'herald', kind: 'bearer', scopes: ['articles:write'] });
    await until('the new key is known', 10_000, async () => ((await statusWith(old.key)) === 202 ? true : undefined));
    const next = await rotateKey(file, old.entry.id, 3_600_000);
    await until('both are known', 10_000, async () => ((await statusWith(next.key)) === 202 ? true : undefined));
    expect(await statusWith(old.key)).toBe(202);
    await revokeKey(file, old.entry.id);
    await until('the old one is gone', 10_000, async () => ((await statusWith(old.key)) === 401 ? true : undefined));
    expect(await statusWith(next.key)).toBe(202);
  });

  it('that becomes wrong leaves the keys that were read before', async () => {
    const broken = join(folder, 'broken.json');
    const { key } = await addKey(broken, { publisher: 'herald', kind: 'bearer', scopes: ['articles:write'] });
    const own = await openDoor(fetcher, { environment: { NEWSMILL_KEYS_FILE: broken, NEWSMILL_API_KEY: '' } });
    try {
      await writeFile(broken, '{"keys": [');
      await utimes(broken, new Date(), new Date());
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect((await own.ask('POST', '/v1/articles', { key, headers: json, body: link })).status).toBe(202);
    } finally {
      await own.close();
    }
  });

  it.each([
    ['without a key', '{"keys":[]}', 0o600, 'NEWSMILL_API_KEY is not set and NEWSMILL_KEYS_FILE has no valid key'],
    ['that others may read', '{"keys":[]}', 0o644, 'its mode is 0644; make it 0600'],
    ['that is no JSON', '{', 0o600, 'NEWSMILL_KEYS_FILE: is not JSON'],
    ['with a field that is unknown', '{"keys":[],"x":1}', 0o600, 'NEWSMILL_KEYS_FILE: (root): Unrecognized key'],
  ])('%s keeps the service from starting', async (_, text, mode, problem) => {
    const path = join(folder, `start-${mode}-${text.length}.json`);
    await writeFile(path, text, { mode });
    const start = openDoor(fetcher, {
      databaseUrl: door.databaseUrl,
      environment: { NEWSMILL_KEYS_FILE: path, NEWSMILL_API_KEY: '' },
    });
    await expect(start).rejects.toThrow(SettingsError);
    await expect(start).rejects.toThrow(problem);
  });
});

describe('signed requests', () => {
  interface Signing {
    method?: string;
    target?: string;
    body?: string;
    at?: number;
    secret?: string;
    sentTarget?: string;
    sentBody?: string;
  }

  const seconds = () => Math.floor(Date.now() / 1000);

  async function send(to: RunningDoor, options: Signing = {}) {
    const { method = 'POST', target = '/v1/articles', body = link, at = seconds(), secret = signer.key } = options;
    const signature = signatureOf(secret, String(at), { method, target, body: Buffer.from(body) });
    return to.ask(method, options.sentTarget ?? target, {
      key: null,
      headers: {
        ...json,
        'x-newsmill-key': signer.entry.id,
        'x-newsmill-timestamp': String(at),
        'x-newsmill-signature': `sha256=${signature}`,
      },
      body: options.sentBody ?? body,
    });
  }

  it('are HMAC-SHA256 in hexadecimal over timestamp.METHOD.target.body', () => {
    const body = Buffer.from('{}');
    const expected = createHmac('sha256', 'secret')
      .update('1763886000.PUT./v1/articles/a?restore=true.{}')
      .digest('hex');
    expect(signatureOf('secret', '1763886000', { method: 'PUT', target: '/v1/articles/a?restore=true', body })).toBe(
      expected,
    );
  });

  it('are taken once, by whichever instance', async () => {
    const body = JSON.stringify({ url: 'https://courier.example/once' });
    const at = seconds();
    const answers = await Promise.all([send(door, { body, at }), send(second, { body, at }), send(door, { body, at })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 401, 401]);
    expect((await send(second, { body, at })).text).toMatch(/has been taken before/);
  });

  it('are taken after a restart no second time', async () => {
    const body = JSON.stringify({ url: 'https://courier.example/restart' });
    const at = seconds();
    expect((await send(door, { body, at })).status).toBe(202);
    const restarted = await openDoor(fetcher, {
      environment: { NEWSMILL_KEYS_FILE: file },
      databaseUrl: door.databaseUrl,
    });
    expect((await send(restarted, { body, at })).status).toBe(401);
    await restarted.close();
  });

  it.each<[string, () => Signing]>([
    ['another secret', () => ({ secret: 'another-secret-of-some-length' })],
    ['another body', () => ({ sentBody: JSON.stringify({ url: 'https://evil.example/' }) })],
    ['another target', () => ({ sentTarget: '/v1/articles?restore=true' })],
    ['a time too long ago', () => ({ at: seconds() - 310 })],
    ['a time to come', () => ({ at: seconds() + 310 })],
  ])('with %s are refused', async (_, options) => {
    const before = (await door.records(linkDiscovered)).length;
    expect((await send(door, options())).status).toBe(401);
    expect(await door.records(linkDiscovered)).toHaveLength(before);
  });

  it('may be batches', async () => {
    const target = '/v1/articles:batch';
    const at = seconds();
    const signature = signatureOf(signer.key, String(at), { method: 'POST', target, body: Buffer.from(`${link}\n`) });
    const { status, body } = await door.ask('POST', target, {
      key: null,
      headers: {
        'content-type': 'application/x-ndjson',
        'x-newsmill-key': signer.entry.id,
        'x-newsmill-timestamp': String(at),
        'x-newsmill-signature': `sha256=${signature}`,
      },
      body: `${link}\n`,
    });
    expect([status, body]).toMatchObject([200, [{ line: 1, status: 202 }]]);
  });

  it.each([
    ['x-newsmill-key', 'a/b'],
    ['x-newsmill-timestamp', '2026-11-23'],
    ['x-newsmill-signature', 'sha1=00'],
  ])('name the header that is malformed: %s', async (name, value) => {
    const headers = {
      'x-newsmill-key': signer.entry.id,
      'x-newsmill-timestamp': String(seconds()),
      'x-newsmill-signature': `sha256=${'0'.repeat(64)}`,
      [name]: value,
    };
    const { status, body } = await door.ask('POST', '/v1/articles', { key: null, headers, body: link });
    expect([status, body.detail]).toEqual([401, expect.stringContaining(name)]);
  });
});

describe("Superdesk's HTTP Push", () => {
  const sign = (body: string | Buffer) => ({
    'x-superdesk-signature': `sha1=${createHmac('sha1', superdesk.key).update(body).digest('hex')}`,
  });
  const item = (more: object = {}) =>
    JSON.stringify({ guid: 'tag:superdesk.example,2026:1', version: '2', type: 'text', headline: 'Ferry', ...more });

  it.each(['text', 'picture', 'composite'])('puts a %s item on the log and answers 201', async (type) => {
    const body = item({ type, guid: `tag:superdesk.example,2026:${type}` });
    const { status, body: answer } = await door.ask('POST', '/v1/superdesk/gazette', {
      key: null,
      headers: { ...json, ...sign(body) },
      body,
    });
    expect(status).toBe(201);
    expect((await door.events(pageFetched)).find(({ receiptId }) => receiptId === answer.receiptId)).toMatchObject({
      publisher: 'gazette',
      guid: `tag:superdesk.example,2026:${type}`,
      mediaType: 'application/vnd.iptc.ninjs+json',
      content: body,
    });
  });

  it('tells that no asset is missing, and passes over what is sent all the same', async () => {
    const asked = await door.ask('GET', '/v1/superdesk/gazette/assets/2026112308/9a83.jpg', { key: null });
    expect(asked.status).toBe(200);
    const form = new FormData();
    form.set('media_id', '2026112308/9a83.jpg');
    form.set('media', new Blob([Buffer.alloc(3 * 1024 * 1024, 7)]), '9a83.jpg');
    const encoded = new Response(form);
    const body = Buffer.from(await encoded.arrayBuffer());
    const upload = (headers: Record<string, string>) =>
      door.ask('POST', '/v1/superdesk/gazette/assets', {
        key: null,
        headers: { 'content-type': encoded.headers.get('content-type')!, ...headers },
        body,
      });
    expect((await upload(sign(body))).status).toBe(201);
    expect((await upload(sign('another'))).status).toBe(401);
  });

  it.each([
    ['a wrong signature', '/v1/superdesk/gazette', () => sign('another')],
    ['no signature', '/v1/superdesk/gazette', () => ({})],
    ['a publisher that has not opted in', '/v1/superdesk/herald', () => sign(item())],
    ['a publisher that is not known', '/v1/superdesk/__proto__', () => sign(item())],
  ])('refuses %s', async (_, path, headers) => {
    const answer = await door.ask('POST', path, { key: null, headers: { ...json, ...headers() }, body: item() });
    expect(answer.status).toBe(401);
  });
});
