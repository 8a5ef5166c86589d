import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningServices } from '@newsmill/service';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from './support/newsmill-client.ts';
import { ADMIN_KEY, articleId, startStoreFeed, type StoreFeed, type Version } from './support/store-feed.ts';

interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  event: {
    id: string;
    subject: string;
    cursor: string;
    data: { articleId: string; revision: number; changeKind: string; record?: unknown };
  };
}

/** Says what to answer; `undefined` takes it with 204. */
type Behaviour = (received: Received, response: ServerResponse) => boolean | undefined;

/** The far side of webhooks. */
class Target {
  readonly received: Received[] = [];
  /** Those that were answered with 204. */
  readonly taken: Received[] = [];
  behave: Behaviour = () => undefined;
  private constructor(private readonly server: ReturnType<typeof createServer>) {}

  static async start(): Promise<Target> {
    const server = createServer();
    const target = new Target(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const event = JSON.parse(body) as Received['event'];
        const received = { path: request.url!, headers: request.headers, body, event };
        target.received.push(received);
        if (target.behave(received, response) !== undefined) return;
        target.taken.push(received);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return target;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}/hook`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

interface Hook {
  id: string;
  secret: string;
  state: string;
  reason?: string;
  waiting: number;
  givenUp: number;
  behind: number;
}

let feed: StoreFeed;
let target: Target;

afterEach(async () => {
  await feed?.close();
  await target?.close();
});

async function startAll(environment: Record<string, string> = {}): Promise<RunningServices> {
  target = await Target.start();
  feed = await startStoreFeed({
    NEWSMILL_WEBHOOK_ALLOW: target.host,
    NEWSMILL_WEBHOOK_TIMEOUT_MS: '1000',
    NEWSMILL_WEBHOOK_RETRY_MS: '50',
    ...environment,
  });
  return feed.start();
}

async function admin<T = Hook>(running: RunningServices, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${running.url}/v1/webhooks${path}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const add = (running: RunningServices, more: object = {}) => admin(running, 'POST', '', { url: target.url, ...more });

const versions = (count: number, version = 1): Version[] =>
  Array.from({ length: count }, (_, index) => ({ number: index + 1, version }));

/** Articles and revisions that the target has taken, first deliveries only. */
function takenOnce(): Map<string, number[]> {
  const seen = new Set<string>();
  const first = target.taken.filter(({ event }) => !seen.has(event.id) && seen.add(event.id));
  return new Map(
    [...Map.groupBy(first, ({ event }) => event.data.articleId)].map(([id, received]) => [
      id,
      received.map(({ event }) => event.data.revision),
    ]),
  );
}

const everyRevision = (articles: number, revisions: number) =>
  new Map(
    versions(articles).map(({ number }) => [
      articleId(number),
      Array.from({ length: revisions }, (_, index) => index + 1),
    ]),
  );

const taken = (count: number) =>
  until(`${count} are taken`, 60_000, async () =>
    new Set(target.taken.map(({ event }) => event.id)).size >= count ? true : undefined,
  );

/** Standard Webhooks, computed without newsmill. */
function signatureOf({ headers, body }: Received, secret: string): string {
  const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

describe('webhooks', () => {
  it('post every change once, in order for each article, signed', async () => {
    const running = await startAll();
    const hook = await add(running);
    await feed.publish(...versions(20), ...versions(20, 2), ...versions(20, 3));
    await taken(60);
    expect(target.taken).toHaveLength(60);
    expect(takenOnce()).toEqual(everyRevision(20, 3));
    for (const received of target.taken) {
      expect(received.headers['webhook-signature']).toBe(signatureOf(received, hook.secret));
      expect(received.headers['webhook-id']).toBe(received.event.id);
      expect(Math.abs(Number(received.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(300);
      expect(received.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    }
    const answer = await (await fetch(`${running.url}/v1/changes?limit=1000`)).json();
    const polled = (answer as { changes: Received['event'][] }).changes;
    const posted = new Map(target.taken.map(({ event }) => [event.id, event]));
    expect(polled.map(({ id }) => posted.get(id))).toEqual(polled);
  });

  it('deliver everything once the far side is back: faults, silence, resets, restarts, two stores', async () => {
    const first = await startAll();
    await add(first);
    const second = await feed.start();
    let calls = 0;
    target.behave = (_, response) => {
      calls += 1;
      const fault = calls % 4;
      if (fault === 0) response.destroy();
      else if (fault === 1) response.writeHead(500).end('no');
      else if (fault === 2) response.writeHead(302, { location: `http://${target.host}/elsewhere` }).end();
      // And the fourth is left hanging.
      return true;
    };
    await feed.publish(...versions(15), ...versions(15, 2));
    await until('it has failed in every way', 60_000, async () => (calls >= 8 ? true : undefined));
    await first.close();
    await feed.publish(...versions(15, 3));
    await until('another store goes on', 60_000, async () => (calls >= 12 ? true : undefined));
    const third = await feed.start();
    target.behave = () => undefined;
    await taken(45);
    expect(takenOnce()).toEqual(everyRevision(15, 3));
    expect(target.received.filter(({ path }) => path !== '/hook')).toEqual([]);
    await second.close();
    await feed.publish(...versions(15, 4));
    await taken(60);
    expect(takenOnce()).toEqual(everyRevision(15, 4));
    await until('nothing waits', 60_000, async () => {
      const [hook] = (await admin<{ webhooks: Hook[] }>(third, 'GET', '')).webhooks;
      return hook!.waiting === 0 && hook!.behind === 0 ? true : undefined;
    });
  });

  it('go on when the process that worked them is dead', async () => {
    const running = await startAll();
    const { id } = await add(running);
    await feed.query(
      `UPDATE webhook SET leased_by = 'a dead process', leased_until = now() + interval '2 seconds' WHERE id = $1`,
      [id],
    );
    await feed.publish(...versions(3));
    await taken(3);
    expect(takenOnce()).toEqual(everyRevision(3, 1));
  });

  it('let one article fail alone, give it up after its time, and say so', async () => {
    const running = await startAll({ NEWSMILL_WEBHOOK_GIVE_UP_MS: '3000' });
    const { id } = await add(running);
    target.behave = ({ event }, response) => {
      if (event.subject !== articleId(1)) return undefined;
      response.writeHead(422).end();
      return true;
    };
    let round = 1;
    const isGivenUp = async () => {
      const { givenUp, state } = await admin(running, 'GET', `/${id}`);
      expect(state).toBe('active');
      return givenUp === 1;
    };
    await feed.publish({ number: 1, version: 1 });
    for (; !(await isGivenUp()); round += 1) {
      await feed.publish(...versions(3, round).slice(1));
      await taken(2 * round);
    }
    expect(round).toBeGreaterThan(2);
    const { deliveries } = await admin<{ deliveries: object[] }>(running, 'GET', `/${id}/deliveries?state=failed`);
    expect(deliveries).toMatchObject([
      { articleId: articleId(1), state: 'failed', status: 422, error: 'answered 422', changeKind: 'new' },
    ]);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toContain('newsmill_webhook_deliveries_total{outcome="given_up"} 1');
    expect(metrics).toMatch(/newsmill_webhook_oldest_waiting_seconds \d/);

    target.behave = () => undefined;
    const { cursor } = deliveries[0] as { cursor: string };
    await admin(running, 'POST', `/${id}/replay`, { from: cursor });
    await until('the replay brings it', 60_000, async () => takenOnce().get(articleId(1)) && true);
  });

  it('stop when nothing gets through for the whole time, and lose nothing by it', async () => {
    const running = await startAll({ NEWSMILL_WEBHOOK_GIVE_UP_MS: '1000' });
    const { id } = await add(running);
    target.behave = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    await feed.publish(...versions(5), ...versions(5, 2));
    const stopped = await until('it stops', 60_000, async () => {
      const hook = await admin(running, 'GET', `/${id}`);
      return hook.state === 'failed' ? hook : undefined;
    });
    expect(stopped).toMatchObject({ givenUp: 0, waiting: 10, reason: expect.stringMatching(/answered 503/) });
    target.behave = () => undefined;
    await feed.publish(...versions(5, 3));
    await admin(running, 'POST', `/${id}/resume`);
    await taken(15);
    expect(takenOnce()).toEqual(everyRevision(5, 3));
  });

  it('post no text of an article that has been withdrawn while it waited', async () => {
    const running = await startAll();
    await add(running);
    target.behave = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    await feed.publish({ number: 1, version: 1, text: 'SECRET' }, { number: 2, version: 1 });
    await until('it was tried', 60_000, async () => (target.received.length >= 2 ? true : undefined));
    await feed.publish({ number: 1, version: 2, text: 'SECRET', pubStatus: 'canceled', edNote: 'Libel.' });
    await until('the withdrawal is told', 60_000, async () =>
      (await feed.query('SELECT FROM change_log')).length === 3 ? true : undefined,
    );
    target.behave = () => undefined;
    await until('the withdrawal arrives', 60_000, async () =>
      target.taken.some(({ event }) => event.data.changeKind === 'withdrawn') ? true : undefined,
    );
    await until('the other arrives', 60_000, async () => takenOnce().get(articleId(2)) && true);
    expect(target.taken.filter(({ body }) => body.includes('SECRET'))).toEqual([]);
  });

  it('heed Retry-After, and 410 pauses them', async () => {
    const running = await startAll();
    const { id } = await add(running);
    const times: number[] = [];
    target.behave = (_, response) => {
      times.push(performance.now());
      if (times.length > 1) return undefined;
      response.writeHead(429, { 'retry-after': '2' }).end();
      return true;
    };
    await feed.publish({ number: 1, version: 1 });
    await taken(1);
    // Timers of two processes: a little under two seconds is two seconds.
    expect(times[1]! - times[0]!).toBeGreaterThan(1_900);
    target.behave = (_, response) => {
      response.writeHead(410).end();
      return true;
    };
    await feed.publish({ number: 2, version: 1 });
    const paused = await until('it pauses', 60_000, async () => {
      const hook = await admin(running, 'GET', `/${id}`);
      return hook.state === 'paused' ? hook : undefined;
    });
    expect(paused.reason).toMatch(/410/);
    target.behave = () => undefined;
    await admin(running, 'POST', `/${id}/resume`);
    await taken(2);
  });

  it('pause, replay, rotate, filter, test and end on command', async () => {
    const running = await startAll();
    const { id, secret } = await add(running, { filter: { language: 'en' } });
    await feed.publish(...versions(2), { number: 3, version: 1, language: 'de' });
    await taken(2);
    expect((await admin(running, 'POST', `/${id}/pause`)).state).toBe('paused');
    await feed.publish({ number: 4, version: 1 });
    await until('it is told', 60_000, async () =>
      (await feed.query('SELECT FROM change_log')).length === 4 ? true : undefined,
    );
    const rotated = await admin(running, 'POST', `/${id}/rotate`, {});
    await admin(running, 'POST', `/${id}/replay`, { from: 'earliest' });
    const before = target.received.length;
    await admin(running, 'POST', `/${id}/resume`);
    await until('all comes again', 60_000, async () => (target.received.length === before + 3 ? true : undefined));
    const ids = target.received.map(({ event }) => event.id);
    expect(new Set(ids.slice(before)).size).toBe(3);
    expect(ids.slice(before)).toEqual(expect.arrayContaining(ids.slice(0, before)));
    for (const received of target.received.slice(before)) {
      const signatures = (received.headers['webhook-signature'] as string).split(' ');
      expect(signatures).toEqual([signatureOf(received, rotated.secret), signatureOf(received, secret)]);
    }
    const listed = JSON.stringify([await admin(running, 'GET', ''), await admin(running, 'GET', `/${id}`)]);
    for (const key of [secret, rotated.secret]) expect(listed).not.toContain(key.slice(6));
    expect(await admin(running, 'POST', `/${id}/test`)).toEqual({ kind: 'delivered', status: 204 });
    await admin(running, 'DELETE', `/${id}`);
    await expect(admin(running, 'GET', `/${id}`)).rejects.toThrow(/^Error: 404|^404/);
    expect(await feed.query('SELECT FROM webhook_delivery')).toEqual([]);
  });

  it('reach no private address that is not allowed, by whatever way, and nobody without the key adds one', async () => {
    const running = await startAll({ NEWSMILL_WEBHOOK_ALLOW: '' });
    const refused = async (url: string) => {
      const { id } = await admin(running, 'POST', '', { url });
      return admin<{ kind: string; error: string }>(running, 'POST', `/${id}/test`);
    };
    for (const url of [
      target.url,
      'http://localhost/hook',
      'http://169.254.169.254/latest/meta-data',
      'http://[::1]/hook',
      'http://[::ffff:127.0.0.1]/hook',
      'http://0x7f.1/hook',
      'http://10.0.0.1/hook',
    ]) {
      expect(await refused(url)).toMatchObject({
        kind: 'failed',
        error: expect.stringMatching(/blocked-address|port/),
      });
    }
    await feed.publish(...versions(2));
    await until('deliveries fail', 60_000, async () => {
      const { webhooks } = await admin<{ webhooks: (Hook & { failures: number })[] }>(running, 'GET', '');
      return webhooks.every(({ failures }) => failures > 0) ? true : undefined;
    });
    expect(target.received).toEqual([]);
    for (const url of ['ftp://courier.example/', 'https://user:secret@courier.example/', '/hook']) {
      await expect(admin(running, 'POST', '', { url })).rejects.toThrow(/400.*\/url/);
    }
    const open = await fetch(`${running.url}/v1/webhooks`);
    expect(open.status).toBe(401);
  });
});
