import { once } from 'node:events';
import { connect } from 'node:net';
import { articleChanges, articleState, topicAddress } from '@newsmill/contracts';
import { loadSettings, openDataSource, type RunningServices, serviceSettings } from '@newsmill/service';
import { header, newReplayId } from '@newsmill/stage';
import { rebuildStore, storeDatabase } from '@newsmill/store';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from './support/newsmill-client.ts';
import { articleId, startStoreFeed, type StoreFeed } from './support/store-feed.ts';

interface Change {
  specversion: string;
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  cursor: string;
  data: {
    articleId: string;
    revision: number;
    changeKind: string;
    reason?: string;
    record?: { bodies: { value: string }[]; language: string };
  };
}

interface Page {
  changes: Change[];
  next: string;
  more: boolean;
}

interface StatePage {
  states: { articleId: string; revision: number }[];
  changes: string;
  next?: string;
}

let feed: StoreFeed;

afterEach(() => feed?.close());

async function ask<T = Page>(running: RunningServices, path: string): Promise<{ status: number; body: T }> {
  const response = await fetch(`${running.url}${path}`);
  return { status: response.status, body: (await response.json()) as T };
}

async function page(running: RunningServices, query = ''): Promise<Page> {
  const { status, body } = await ask(running, `/v1/changes?limit=1000${query}`);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

const told = (running: RunningServices, count: number): Promise<Page> =>
  until(`${count} changes are told`, 60_000, async () => {
    const found = await page(running);
    return found.changes.length >= count ? found : undefined;
  });

const texts = (changes: readonly Change[]) => changes.map(({ data }) => data.record?.bodies[0]!.value);

/** A reader of server-sent events that parses what it gets. */
class StreamReader {
  readonly events: { id: string; event: string; data: Change }[] = [];
  readonly comments: string[] = [];
  lastId: string | undefined;
  hasEnded = false;
  private readonly controller = new AbortController();

  constructor(readonly response: Response) {
    void this.read();
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<StreamReader> {
    const controller = new AbortController();
    const response = await fetch(url, { headers, signal: controller.signal });
    const reader = new StreamReader(response);
    reader.controller.signal.addEventListener('abort', () => controller.abort());
    return reader;
  }

  private async read(): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of this.response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) this.take(block);
      }
    } catch {
      // Closed by one side.
    }
    this.hasEnded = true;
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
    if (fields.has('id')) this.lastId = fields.get('id');
    if (fields.has('')) this.comments.push(fields.get('')!);
    if (fields.has('data')) {
      this.events.push({
        id: fields.get('id')!,
        event: fields.get('event')!,
        data: JSON.parse(fields.get('data')!) as Change,
      });
    }
  }

  close(): void {
    this.controller.abort();
  }
}

const several = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ number: from + index, version: 1 }));

describe('GET /v1/changes', () => {
  it('gives what is on the topic, in its order, with the same ids', async () => {
    feed = await startStoreFeed();
    const running = await feed.start();
    await feed.publish(...several(1, 30), { number: 1, version: 2 }, { number: 2, version: 2 });
    const { changes, more } = await told(running, 32);
    expect(more).toBe(false);

    const onTopic = new Map<string, unknown>();
    for await (const record of feed.transport.read(topicAddress('newsmill', articleChanges), 'earliest')) {
      onTopic.set(header(record, 'ce_id')!, JSON.parse(record.value!.toString()));
    }
    expect(new Map(changes.map(({ id, data }) => [id, data]))).toEqual(onTopic);
    expect(changes[0]).toMatchObject({
      specversion: '1.0',
      source: '/newsmill/store',
      type: 'news.article.changes.v1',
      subject: changes[0]!.data.articleId,
    });
    const ofFirst = changes.filter(({ subject }) => subject === articleId(1));
    expect(ofFirst.map(({ data }) => data.revision)).toEqual([1, 2]);

    const walked: Change[] = [];
    for (let cursor = '', isOver = false; !isOver;) {
      const { body } = await ask(running, `/v1/changes?limit=7${cursor && `&cursor=${cursor}`}`);
      walked.push(...body.changes);
      [cursor, isOver] = [body.next, !body.more];
    }
    expect(walked).toEqual(changes);
    expect((await page(running, `&cursor=${changes[9]!.cursor}`)).changes).toEqual(changes.slice(10));
    expect(await page(running, '&cursor=latest')).toMatchObject({ changes: [], next: changes.at(-1)!.cursor });
  });

  it('waits for the next change, also for one that another instance tells, and no longer than asked', async () => {
    feed = await startStoreFeed();
    const [first, second] = [await feed.start(), await feed.start()];
    const { next } = await page(first, '&cursor=latest');
    const waiting = [first, second].map((running) => page(running, `&cursor=${next}&wait=60`));
    const onlyGerman = page(first, `&cursor=${next}&wait=1&language=de`);
    await feed.publish({ number: 1, version: 1 });
    for (const found of await Promise.all(waiting))
      expect(found.changes.map(({ subject }) => subject)).toEqual([articleId(1)]);
    const nothing = await onlyGerman;
    expect(nothing.changes).toEqual([]);
    expect((await page(first, `&cursor=${nothing.next}`)).changes).toEqual([]);
  });

  it('takes the text of a withdrawn article out of what was told before, and goes on telling', async () => {
    feed = await startStoreFeed();
    const running = await feed.start();
    await feed.publish({ number: 1, version: 1, text: 'SECRET one' }, { number: 2, version: 1 });
    await told(running, 2);
    await feed.publish({ number: 1, version: 2, text: 'SECRET two' });
    await told(running, 3);
    await feed.publish({ number: 1, version: 3, text: 'SECRET two', pubStatus: 'canceled', edNote: 'Libel.' });
    const { changes } = await told(running, 4);
    const ofFirst = changes.filter(({ subject }) => subject === articleId(1));
    expect(ofFirst.map(({ data }) => [data.changeKind, data.record, data.reason])).toEqual([
      ['new', undefined, undefined],
      ['update', undefined, undefined],
      ['withdrawn', undefined, 'Libel.'],
    ]);
    expect(JSON.stringify(changes)).not.toContain('SECRET');
    expect(texts(changes)).toContain('Article 2 says 1.');
    expect(JSON.stringify((await ask(running, '/v1/state')).body)).not.toContain('SECRET');
    const tables = await feed.query<{ text: string }>(
      'SELECT c::text AS text FROM change_log c UNION ALL SELECT s::text FROM published_state s',
    );
    expect(tables.filter(({ text }) => text.includes('SECRET'))).toEqual([]);
  });

  it('filters; what has once fitted goes on fitting, and that it is gone is always told', async () => {
    feed = await startStoreFeed();
    const running = await feed.start();
    await feed.publish(
      { number: 1, version: 1, section: 'Sport', language: 'en-GB' },
      { number: 2, version: 1, section: 'Politics', language: 'de' },
    );
    await told(running, 2);
    await feed.publish({ number: 1, version: 2, section: 'Politics', language: 'en-GB' });
    await told(running, 3);
    await feed.publish({ number: 1, version: 3, section: 'Politics', pubStatus: 'canceled', language: 'en-GB' });
    await told(running, 4);
    const kinds = async (query: string) =>
      (await page(running, query)).changes.map(({ data }) => [
        data.articleId === articleId(1) ? 1 : 2,
        data.changeKind,
      ]);
    expect(await kinds('&section=sport')).toEqual([
      [1, 'new'],
      [1, 'update'],
      [1, 'withdrawn'],
    ]);
    expect(await kinds('&language=de&language=fr')).toEqual([[2, 'new']]);
    expect(await kinds('&language=en&publisher=the%20courier&source=courier')).toHaveLength(3);
    expect(await kinds('&language=EN&section=weather')).toEqual([]);
    expect(await kinds('&changeKind=new&section=sport')).toEqual([
      [1, 'new'],
      [1, 'withdrawn'],
    ]);
    const filtered = await page(running, '&language=de');
    expect(filtered.next).toBe((await page(running)).next);
  });

  it('says 410 for what is not kept, and 400 for what is no cursor', async () => {
    feed = await startStoreFeed();
    const running = await feed.start();
    await feed.publish(...several(1, 3));
    const { changes } = await told(running, 3);
    await feed.query('DELETE FROM change_log WHERE seq <= 2');
    await feed.query('UPDATE change_log_head SET kept_after = 2');
    const old = await ask<{ detail: string }>(running, `/v1/changes?cursor=${changes[0]!.cursor}`);
    expect(old.status).toBe(410);
    expect(old.body.detail).toMatch(/\/v1\/state/);
    expect((await page(running, `&cursor=${changes[1]!.cursor}`)).changes).toHaveLength(1);
    expect((await page(running)).changes).toHaveLength(1);
    const ofAnother = Buffer.from('c:000000000000:1').toString('base64url');
    expect((await ask(running, `/v1/changes?cursor=${ofAnother}`)).status).toBe(410);
    const stream = await fetch(`${running.url}/v1/changes/stream`, {
      headers: { 'last-event-id': changes[0]!.cursor },
    });
    expect(stream.status).toBe(410);
    expect(await ask(running, '/v1/changes?cursor=nonsense&limit=0')).toMatchObject({ status: 400 });
    expect(await ask(running, '/v1/changes?colour=red')).toMatchObject({ status: 400 });
  });

  it('forgets by age, from the old end', async () => {
    feed = await startStoreFeed();
    const first = await feed.start();
    await feed.publish(...several(1, 5));
    await told(first, 5);
    await first.close();
    await feed.query(`UPDATE change_log SET logged_at = now() - interval '31 days' WHERE seq IN (1, 2, 4)`);
    const second = await feed.start();
    await until('two are forgotten', 60_000, async () =>
      (await page(second)).changes.length === 3 ? true : undefined,
    );
    expect(await feed.query('SELECT last_seq, kept_after FROM change_log_head')).toEqual([
      { last_seq: '5', kept_after: '2' },
    ]);
  });
});

describe('GET /v1/state', () => {
  it('gives what the state topic says, page by page, and where to go on', async () => {
    feed = await startStoreFeed();
    const running = await feed.start();
    await feed.publish(...several(1, 25), { number: 3, version: 2 }, { number: 4, version: 2, pubStatus: 'withheld' });
    await told(running, 27);
    const model = new Map<string, { revision: number; record?: unknown }>();
    let goOn: string | undefined;
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body }: { body: StatePage } = await ask<StatePage>(
        running,
        `/v1/state?limit=10${cursor && `&cursor=${cursor}`}`,
      );
      for (const state of body.states) model.set(state.articleId, state);
      goOn ??= body.changes;
      expect(body.changes).toBe(goOn);
      // What happens while somebody walks is behind the cursor that the first page gave.
      if (cursor === '') await feed.publish({ number: 5, version: 2 }, { number: 99, version: 1 });
      if (cursor === '') await told(running, 29);
      cursor = body.next;
    }
    for (const { data } of (await page(running, `&cursor=${goOn}`)).changes) {
      if (data.revision > (model.get(data.articleId)?.revision ?? 0)) model.set(data.articleId, data);
    }
    const onTopic = new Map<string, { revision: number; record?: unknown }>();
    for await (const { key, value } of feed.transport.read(topicAddress('newsmill', articleState), 'earliest')) {
      onTopic.set(key!.toString(), JSON.parse(value!.toString()));
    }
    const brief = (states: typeof model) =>
      new Map([...states].map(([id, { revision, record }]) => [id, { revision, record }] as const));
    expect(model.size).toBe(26);
    expect(brief(model)).toEqual(brief(onTopic));
  });
});

describe('a store that is made again from the log', () => {
  it('has the same states to give', async () => {
    feed = await startStoreFeed();
    const running = await feed.start();
    await feed.publish(...several(1, 5), { number: 1, version: 2 }, { number: 2, version: 2, pubStatus: 'canceled' });
    await told(running, 7);
    const settings = loadSettings(serviceSettings, feed.environment);
    const database = await openDataSource({ ...storeDatabase, schema: 'again' }, settings);
    try {
      await rebuildStore({
        transport: feed.transport,
        prefix: 'newsmill',
        database,
        traceDays: 30,
        replayId: newReplayId(new Date(), 'a'),
      });
      const states = (schema: string) =>
        feed.query(`SELECT article_id, revision, event, record::text FROM ${schema}.published_state ORDER BY 1`);
      expect(await states('again')).toHaveLength(5);
      expect(await states('again')).toEqual(await states('store'));
    } finally {
      await database.destroy();
    }
  });
});

describe('GET /v1/changes/stream', () => {
  it('resumes behind Last-Event-ID without gap or repetition, across restarts of the store', async () => {
    feed = await startStoreFeed();
    let running = await feed.start();
    await feed.publish(...several(1, 5));
    await told(running, 5);
    const seen: string[] = [];
    let lastId: string | undefined;
    let number = 5;
    for (let round = 0; round < 4; round += 1) {
      const reader = await StreamReader.open(
        `${running.url}/v1/changes/stream?cursor=earliest`,
        lastId === undefined ? {} : { 'last-event-id': lastId },
      );
      expect(reader.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      await feed.publish(...several(number + 1, 4));
      number += 4;
      // Each round breaks off at another place; a reader that was quick has no more than the four.
      await until('an event comes', 60_000, async () => (reader.events.length >= round + 1 ? true : undefined));
      if (round === 1) {
        await running.close();
        expect(await until('the stream ends with the store', 10_000, async () => reader.hasEnded || undefined)).toBe(
          true,
        );
        running = await feed.start();
      }
      reader.close();
      seen.push(...reader.events.map(({ data }) => data.id));
      lastId = reader.events.at(-1)!.id;
    }
    const { changes } = await told(running, number);
    const rest = (await page(running, `&cursor=${lastId}`)).changes;
    expect([...seen, ...rest.map(({ id }) => id)]).toEqual(changes.map(({ id }) => id));
  });

  it('names the kind, filters, gives signs of life, and is counted', async () => {
    feed = await startStoreFeed({ NEWSMILL_SUBSCRIBERS_MAX: '1' });
    const running = await feed.start();
    const reader = await StreamReader.open(`${running.url}/v1/changes/stream?language=en`);
    await feed.publish({ number: 1, version: 1 }, { number: 2, version: 1, language: 'de' });
    await told(running, 2);
    await feed.publish({ number: 1, version: 2, pubStatus: 'canceled' });
    await until('both have come', 60_000, async () => (reader.events.length === 2 ? true : undefined));
    expect(reader.events.map(({ event }) => event)).toEqual(['new', 'withdrawn']);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toContain('newsmill_subscribers_connected{kind="stream"} 1');
    const tooMany = await fetch(`${running.url}/v1/changes/stream`);
    expect([tooMany.status, tooMany.headers.get('retry-after')]).toEqual([503, '10']);
    expect((await ask(running, '/v1/changes?cursor=latest&wait=30')).status).toBe(503);
    await feed.publish({ number: 3, version: 1, language: 'de' });
    const { next } = await told(running, 4);
    // The heartbeat moves the place to resume from past what the filter leaves out.
    await until('a sign of life', 40_000, async () => (reader.lastId === next ? true : undefined));
    expect(reader.comments).toContain('still here');
    reader.close();
    await until('the place is free again', 10_000, async () => {
      const again = await StreamReader.open(`${running.url}/v1/changes/stream`);
      again.close();
      return again.response.status === 200 ? true : undefined;
    });
  });

  it('cuts a reader that takes nothing, and holds little for it', async () => {
    feed = await startStoreFeed({ NEWSMILL_STREAM_STALL_MS: '500' });
    const running = await feed.start();
    await feed.publish({ number: 1, version: 1, text: 'A long paragraph. '.repeat(20_000) });
    await told(running, 1);
    // The same again and again: more than the buffers of both ends hold.
    const copies = 60;
    await feed.query(
      `INSERT INTO change_log SELECT seq + n, event_id || n, source, article_id, revision, change_kind, pub_status, event,
         record, bytes, facets, changed_at, logged_at FROM change_log, generate_series(1, $1) AS n`,
      [copies],
    );
    await feed.query('UPDATE change_log_head SET last_seq = last_seq + $1', [copies]);
    const { port } = new URL(running.url);
    const streams = async () => {
      const metrics = await (await fetch(`${running.url}/metrics`)).text();
      return /newsmill_subscribers_connected\{kind="stream"\} (\d+)/.exec(metrics)![1];
    };
    // A socket that nobody reads from once the stream has begun.
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /v1/changes/stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const [beginning] = (await once(socket, 'data')) as [Buffer];
    socket.pause();
    expect(beginning.toString()).toMatch(/^HTTP\/1\.1 200 /);
    await until('it is cut off', 20_000, async () => ((await streams()) === '0' ? true : undefined));
    socket.destroy();
  });
});
