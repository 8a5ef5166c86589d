import { pageFetched } from '@newsmill/contracts';
import type { NewRecord } from '@newsmill/stage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { FaultyTransport } from '../../../../test/support/faulty-transport.ts';
import { until } from '../../../../test/support/newsmill-client.ts';
import { openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { fetcher } from '../fetcher.service.js';
import { ExpirySweep } from './expiry-sweep.js';

const [transport, besides] = FaultyTransport.pair();
let door: RunningDoor;
let other: RunningDoor;
let database: Client;

beforeAll(async () => {
  door = await openDoor(fetcher, { transport });
  other = await openDoor(fetcher, { transport: besides, databaseUrl: door.databaseUrl });
  database = new Client({ connectionString: door.databaseUrl });
  await database.connect();
});

afterEach(() => {
  transport.fault = 'none';
  transport.bury();
});

afterAll(async () => {
  await database?.end();
  await other?.close();
  await door?.close();
});

function push(to: RunningDoor, key: string, text: string, path = '/v1/articles?url=https://courier.example/a') {
  return to.ask('POST', path, {
    headers: { 'content-type': 'text/html', 'idempotency-key': key },
    body: `<p>${text}</p>`,
  });
}

async function recordsOf(text: string) {
  return (await door.records(pageFetched)).filter(({ value }) => value!.includes(`<p>${text}</p>`));
}

describe('Idempotency-Key', () => {
  it('gives the same request the same answer, byte for byte and from any instance, and takes it once', async () => {
    const first = await push(door, '"once"', 'once');
    const again = [await push(door, 'once', 'once'), await push(other, '"once"', 'once')];
    expect(first.status).toBe(202);
    expect(again.map(({ status, text }) => [status, text])).toEqual([
      [202, first.text],
      [202, first.text],
    ]);
    expect(await recordsOf('once')).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['body', 'other text', '/v1/articles?url=https://courier.example/a'],
    ['address', 'misused', '/v1/articles?url=https://courier.example/b'],
  ])('refuses another %s under the same key with 422', async (what, text, path) => {
    expect((await push(door, `misused-${what}`, 'misused')).status).toBe(202);
    expect((await push(other, `misused-${what}`, text, path)).status).toBe(422);
    expect(await recordsOf('other text')).toHaveLength(0);
  });

  it('takes one of many that come at once; the others are told that it runs, or its answer', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => push(n % 2 ? door : other, 'many', 'many')));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => status === 202 || status === 409)).toBe(true);
    expect(new Set(answers.filter(({ status }) => status === 202).map(({ text }) => text)).size).toBe(1);
    expect(await recordsOf('many')).toHaveLength(1);
  });

  it('belongs to its publisher', async () => {
    const own = await openDoor(fetcher, {
      databaseUrl: door.databaseUrl,
      environment: { NEWSMILL_API_KEY: 'herald=another-key-that-is-long' },
    });
    const ask = (to: RunningDoor, key?: string) =>
      to.ask('POST', '/v1/articles?url=https://courier.example/a', {
        ...(key !== undefined && { key }),
        headers: { 'content-type': 'text/html', 'idempotency-key': 'shared' },
        body: '<p>shared</p>',
      });
    const [mine, theirs] = [await ask(door), await ask(own, 'another-key-that-is-long')];
    expect([mine.status, theirs.status]).toEqual([202, 202]);
    expect(theirs.body.receiptId).not.toBe(mine.body.receiptId);
    await own.close();
  });

  it.each(['', '""', 'a'.repeat(256), 'schlüssel'])('must be short and printable: %j', async (key) => {
    const status = await push(door, key, 'malformed').then(
      ({ status }) => status,
      () => 'not sent',
    );
    expect(status).toBe(400);
  });

  it('is free again when the push was refused as wrong', async () => {
    const send = (body: string) =>
      door.ask('POST', '/v1/articles', {
        headers: { 'content-type': 'application/json', 'idempotency-key': 'mended' },
        body,
      });
    expect((await send('{"url":"no address"}')).status).toBe(400);
    expect((await send('{"url":"https://courier.example/mended"}')).status).toBe(202);
  });
});

describe('a log that is down', () => {
  it('is answered with 503 and Retry-After; the repeat is taken at once', async () => {
    transport.fault = 'down';
    const refused = await push(door, 'down', 'down');
    transport.fault = 'none';
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await recordsOf('down')).toHaveLength(0);
    expect((await push(door, 'down', 'down')).status).toBe(202);
    expect(await recordsOf('down')).toHaveLength(1);
  });

  it('that has the event and does not say so gets the same event again, byte for byte', async () => {
    transport.fault = 'unconfirmed';
    expect((await push(door, 'unconfirmed', 'unconfirmed')).status).toBe(503);
    transport.fault = 'none';
    const { status, body } = await push(other, 'unconfirmed', 'unconfirmed');
    const [first, second, ...more] = await recordsOf('unconfirmed');
    expect([status, more]).toEqual([202, []]);
    expect(plain(second!)).toEqual(plain(first!));
    expect(second!.headers.ce_id!.toString()).toBe(body.eventId);
  });
});

describe('a process that dies between the log and the answer', () => {
  it('leaves a push that counts as running, then may be repeated, and makes the same event', async () => {
    transport.fault = 'dies';
    const gone = new AbortController();
    const lost = fetch(`${door.url}/v1/articles?url=https://courier.example/a`, {
      method: 'POST',
      signal: gone.signal,
      headers: {
        authorization: 'Bearer a-key-that-is-long-enough',
        'content-type': 'text/html',
        'idempotency-key': 'dies',
      },
      body: '<p>dies</p>',
    }).catch(() => 'no answer');
    await until('it is on the log', 10_000, async () => ((await recordsOf('dies')).length > 0 ? true : undefined));
    gone.abort();
    expect(await lost).toBe('no answer');

    const early = await push(other, 'dies', 'dies');
    expect([early.status, early.headers.get('retry-after')]).toEqual([409, '2']);
    await database.query("UPDATE fetcher.push_answer SET locked_until = now() WHERE key = 'dies'");
    expect((await push(other, 'dies', 'another text')).status).toBe(422);
    const repeated = await push(other, 'dies', 'dies');
    expect(repeated.status).toBe(202);
    expect((await push(other, 'dies', 'dies')).text).toBe(repeated.text);

    const [first, second, ...more] = await recordsOf('dies');
    expect(more).toEqual([]);
    expect(plain(second!)).toEqual(plain(first!));
  });
});

describe('what has expired', () => {
  it('is removed by the sweep, however much it is, and nothing else', async () => {
    await push(door, 'kept', 'kept');
    await database.query(
      `INSERT INTO fetcher.push_answer (publisher, key, fingerprint, receipt_id, taken_at, locked_until, expires_at)
       SELECT 'x', n::text, '', '', now(), now(), now() - interval '1 s' FROM generate_series(1, 2500) AS n`,
    );
    await database.query("INSERT INTO fetcher.push_signature VALUES ('x', '\\x00', now() - interval '1 s')");
    expect(await door.running.app.get(ExpirySweep).sweep()).toBe(2501);
    expect((await push(door, 'kept', 'kept')).status).toBe(202);
    expect(await recordsOf('kept')).toHaveLength(1);
  });

  it('is a new push, also before the sweep', async () => {
    const first = await push(door, 'expired', 'expired');
    await database.query("UPDATE fetcher.push_answer SET expires_at = now() WHERE key = 'expired'");
    const second = await push(door, 'expired', 'another');
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body.receiptId).not.toBe(first.body.receiptId);
  });
});

function plain({ key, value, headers }: NewRecord) {
  return {
    key: key!.toString(),
    value: value!.toString(),
    headers: Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()]),
  };
}
