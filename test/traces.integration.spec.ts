import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { articleChanges, topicAddress } from '@newsmill/contracts';
import { traceOf, type TraceContext, type Transport } from '@newsmill/stage';
import { spans as spanTable } from '@newsmill/service';
import { PostgresTransport } from '@newsmill/transport';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { benchPages } from './bench/pages.ts';
import { type KafkaServices, SERVICES, startKafkaServices } from './support/kafka-services.ts';
import { until } from './support/newsmill-client.ts';
import type { ReceivedSpan } from './support/otlp-message.ts';
import { OtlpReceiver } from './support/otlp-receiver.ts';
import { freshDatabase, kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from './support/test-site.ts';

const KEY = 'a-key-for-the-traces';
const ADMIN_KEY = 'an-admin-key-of-some-length';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
/** In the address of an article, in a header to the collector, in a push key. */
const SECRETS = ['token-of-a-reader', 'key-of-the-collector', KEY];

const PATH = {
  request: 'POST /v1/articles',
  pushed: 'send news.page.fetched.v1',
  parse: 'parse news.page.fetched.v1',
  enrich: 'enrich news.article.parsed.v1',
  store: 'store news.article.enriched.v1',
  told: 'send news.article.changes.v1',
  webhook: 'POST webhook',
};

const noKafka = await kafkaUnavailable();

describe.each(['postgres', 'kafka'] as const)('traces of four services on %s', (system) => {
  if (system === 'kafka' && noKafka) {
    it.skip(noKafka, () => undefined);
    return;
  }
  const prefix = topicPrefix();
  const hooked: { headers: IncomingHttpHeaders; event: Record<string, string> }[] = [];
  const target = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
      hooked.push({ headers: request.headers, event });
      response.writeHead(204).end();
    });
  });
  let collector: OtlpReceiver;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let site: TestSite;
  let services: KafkaServices;
  let log: Transport;
  const pages = benchPages(200);

  beforeAll(async () => {
    collector = await OtlpReceiver.start();
    database = await freshDatabase();
    const brokers = system === 'kafka' ? (await startKafka()).brokers : [];
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;
    const html = { 'content-type': 'text/html; charset=utf-8' };
    site = await startTestSite({
      '/feed.xml': (_, response) =>
        response
          .writeHead(200, { 'content-type': 'application/rss+xml' })
          .end(
            `<rss version="2.0"><channel><title>Courier</title>` +
              `<item><title>One</title><link>${site.origin}/one?token=${SECRETS[0]}</link></item>` +
              `<item><title>Two</title><link>${site.origin}/two</link></item></channel></rss>`,
          ),
      '/one': (_, response) => response.writeHead(200, html).end(articlePage(1)),
      '/two': (_, response) => response.writeHead(200, html).end(articlePage(2)),
    });
    services = await startKafkaServices({
      brokers,
      databaseUrl: database.url,
      prefix,
      key: KEY,
      environment: {
        NEWSMILL_TRANSPORT: system,
        NEWSMILL_LOG_LEVEL: 'info',
        NEWSMILL_ADMIN_KEY: ADMIN_KEY,
        NEWSMILL_WEBHOOK_ALLOW: `127.0.0.1:${port}`,
        NEWSMILL_OUTBOUND_ALLOW: site.host,
        NEWSMILL_FEEDS: `${site.origin}/feed.xml`,
        NEWSMILL_HOST_INTERVAL: '0',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${SECRETS[1]}`,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      },
    });
    log = system === 'kafka' ? new KafkaTransport({ brokers, clientId: prefix }) : new PostgresTransport(database);
    await log.connect();
    const added = await fetch(`${services.urls.store}/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/hook` }),
    });
    expect(added.status).toBe(201);
  }, 240_000);

  afterAll(async () => {
    await services?.stop();
    await log?.close();
    await site?.close();
    await new Promise((resolve) => target.close(resolve));
    await collector?.close();
    await database?.drop();
  });

  /** The spans of a trace, once those with the names are there. */
  const traceWith = (traceId: string, names: readonly string[]): Promise<Map<string, ReceivedSpan[]>> =>
    until(`${names.join(', ')} in ${traceId}`, 60_000, () => {
      const found = collector.trace(traceId);
      return Promise.resolve(names.every((name) => found.has(name)) ? found : undefined);
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; there are ${[...collector.trace(traceId).keys()].join(', ')}`);
    });

  it('a push with a traceparent is one trace, from its request through every topic to changes and webhooks', async () => {
    const [page] = pages.splice(0, 1);
    const { status, receiptId } = await services.client.push(
      { ...page!, url: `${page!.url}?token=${SECRETS[0]}` },
      { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'desk=7' },
    );
    expect(status).toBe(202);
    const { articleId } = await services.client.settled(receiptId!);
    const trace = await traceWith(TRACE, Object.values(PATH));
    const spans = Object.values(PATH).map((name) => trace.get(name)!);
    expect(spans.map(({ length }) => length)).toEqual(spans.map(() => 1));
    const path = spans.flat();
    expect(path.map(({ parentId }) => parentId)).toEqual([SPAN, ...path.slice(0, -1).map(({ spanId }) => spanId)]);
    expect(path.map(({ service }) => service)).toEqual([
      ...['newsmill-fetcher', 'newsmill-fetcher', 'newsmill-parser', 'newsmill-enricher'],
      ...['newsmill-store', 'newsmill-store', 'newsmill-store'],
    ]);
    for (const { traceState, isError } of path) expect([traceState, isError]).toEqual(['desk=7', false]);

    const [request, pushed, parse, , store, told, webhook] = path.map(({ attributes }) => attributes);
    expect(request).toEqual({
      'http.request.method': 'POST',
      'http.route': '/v1/articles',
      'http.response.status_code': 202,
    });
    expect(pushed).toMatchObject({ 'newsmill.door': 'push', 'newsmill.receipt_id': receiptId });
    expect(parse).toMatchObject({
      'messaging.system': system,
      'messaging.operation.name': 'parse',
      'messaging.destination.name': `${prefix}.news.page.fetched.v1`,
      'messaging.consumer.group.name': `${prefix}.parse`,
      'newsmill.receipt_id': receiptId,
      'newsmill.outcome': 'emitted',
    });
    expect(store).toMatchObject({ 'newsmill.article_id': articleId, 'newsmill.outcome': 'done' });
    expect(told).toMatchObject({ 'newsmill.article_id': articleId, 'newsmill.revision': 1 });
    expect(webhook).toMatchObject({ 'server.address': '127.0.0.1', 'http.response.status_code': 204 });

    const change = await contextOnLog(articleId!);
    expect(change).toEqual({ traceparent: `00-${TRACE}-${path[5]!.spanId}-01`, tracestate: 'desk=7' });
    const delivery = hooked.find(({ event }) => event['subject'] === articleId)!;
    expect(delivery.event).toMatchObject(change);
    expect(delivery.headers).toMatchObject({
      traceparent: `00-${TRACE}-${path[6]!.spanId}-01`,
      tracestate: 'desk=7',
    });

    const told1 = `/v1/articles/${articleId}`;
    const line = services.processes.store.output.map((text) => JSON.parse(text) as Record<string, string>);
    expect(line.find(({ msg }) => msg?.endsWith(told1))).toMatchObject({
      trace_id: TRACE,
      span_id: path[4]!.spanId,
      trace_flags: '01',
    });
  });

  it('a batch has a span of its own, with a link to what each of its events came of; each event stays in its trace', async () => {
    const origins = new Map<string, string>();
    const whole = await until('a stage takes several events at once', 60_000, async () => {
      const some = pages.splice(0, 30);
      if (some.length === 0) return undefined;
      await Promise.all(
        some.map(async (page, number) => {
          const traceId = `${(pages.length + 1).toString(16).padStart(16, '0')}${(number + 1).toString(16).padStart(16, '0')}`;
          const { receiptId } = await services.client.push(page, { traceparent: `00-${traceId}-${SPAN}-01` });
          origins.set(traceId, receiptId!);
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return collector.spans.find(
        ({ name, links }) => name.endsWith(' batch') && links.every(({ traceId }) => origins.has(traceId)),
      );
    });
    const count = whole.attributes['messaging.batch.message_count'] as number;
    expect(count).toBeGreaterThan(1);
    expect(whole.parentId).toBe('');
    expect(whole.links).toHaveLength(count);
    const events = collector.spans.filter(({ links }) => links.some(({ spanId }) => spanId === whole.spanId));
    expect(events.map(({ traceId, parentId }) => ({ traceId, spanId: parentId }))).toEqual(
      expect.arrayContaining(whole.links),
    );
    expect(events).toHaveLength(count);
    for (const { traceId, attributes } of events) {
      expect(attributes['newsmill.receipt_id']).toBe(origins.get(traceId));
      await traceWith(traceId, [PATH.request, PATH.parse, PATH.enrich, PATH.store, PATH.told]);
    }
  });

  it('an item of a feed begins a trace of its own, which links to the look that found it', async () => {
    const found = await until('both items are stored and exported', 60_000, () => {
      const sent = collector.spans.filter(({ attributes }) => attributes['newsmill.door'] === 'feed');
      const isWhole = sent.length === 2 && sent.every(({ traceId }) => collector.trace(traceId).has(PATH.told));
      return Promise.resolve(isWhole ? sent : undefined);
    });
    const look = collector.spans.find(
      ({ name, attributes }) => name === 'look at feed' && attributes['newsmill.outcome'] === 'new',
    )!;
    expect(new Set([look.traceId, ...found.map(({ traceId }) => traceId)]).size).toBe(3);
    for (const { traceId, parentId, spanId, links } of found) {
      expect([parentId, links]).toEqual(['', [{ traceId: look.traceId, spanId: look.spanId }]]);
      const trace = collector.trace(traceId);
      const fetched = trace.get('fetch news.link.discovered.v1')![0]!;
      expect(fetched.parentId).toBe(spanId);
      expect(trace.get('GET')!.map((span) => [span.parentId, span.attributes['http.response.status_code']])).toEqual([
        [fetched.spanId, 200],
      ]);
      expect(trace.get(PATH.parse)![0]!.parentId).toBe(fetched.spanId);
      const lines = services.processes.fetcher.output.map((text) => JSON.parse(text) as Record<string, string>);
      expect(lines.filter(({ msg, trace_id }) => msg?.startsWith('fetched ') && trace_id === traceId)).toHaveLength(1);
    }
  });

  it('what the sender sampled out is not exported, and stays sampled out to the end', async () => {
    const traceId = 'abcdefabcdefabcdefabcdefabcdefab';
    const [page] = pages.splice(0, 1);
    const { receiptId } = await services.client.push(page!, { traceparent: `00-${traceId}-${SPAN}-00` });
    const { articleId } = await services.client.settled(receiptId!);
    expect((await contextOnLog(articleId!)).traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    await until('its delivery', 30_000, () =>
      Promise.resolve(hooked.find(({ event }) => event['subject'] === articleId)),
    );
    expect(collector.trace(traceId).size).toBe(0);
  });

  it('tells no secret, no text and no address, asks for health and metrics outside of traces, and ends in order', async () => {
    for (const name of SERVICES) {
      for (const path of ['/livez', '/readyz', '/metrics']) {
        expect((await fetch(`${services.urls[name]}${path}`)).status).toBe(200);
      }
    }
    const metrics = await (await fetch(`${services.urls.parser}/metrics`)).text();
    expect(metrics).toMatch(/newsmill_trace_spans_total\{fate="exported"\} [1-9]/);
    expect(metrics).toContain('newsmill_trace_spans_total{fate="dropped"} 0');
    expect(await services.stop()).toEqual(SERVICES.map(() => 0));
    const routes = collector.spans.flatMap(({ attributes }) => attributes['http.route'] ?? []);
    expect(routes.filter((route) => typeof route === 'string' && /livez|readyz|metrics/.test(route))).toEqual([]);
    const known = new Set<string>(Object.values(spanTable).flatMap(({ attributes }) => attributes));
    const strangers = collector.spans.flatMap(({ attributes }) => Object.keys(attributes).filter((k) => !known.has(k)));
    expect(strangers).toEqual([]);
    const bodies = Buffer.concat(collector.bodies).toString('latin1');
    for (const text of [...SECRETS, '/one', 'courier-', '<p>']) expect(bodies).not.toContain(text);
    expect(collector.headers[0]).toMatchObject({ 'x-collector-key': SECRETS[1] });
    const printed = SERVICES.flatMap((name) => services.processes[name].lines).join('\n');
    expect(printed).not.toContain(SECRETS[1]);
  });

  async function contextOnLog(articleId: string): Promise<TraceContext> {
    return until(`the change of ${articleId} is on the log`, 30_000, async () => {
      for await (const record of log.read(topicAddress(prefix, articleChanges), 'earliest')) {
        if (record.key?.toString() === articleId) return traceOf(record);
      }
      return undefined;
    });
  }
});
