import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { benchPages } from './bench/pages.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { OtlpReceiver } from './support/otlp-receiver.ts';
import { freshDatabase } from './support/real-parts.ts';

const KEY = 'a-key-for-the-collector';
const HOOK = new URL('./support/loaded-packages.ts', import.meta.url).href;
const pages = benchPages(40);

let folder: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let running: NewsmillProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-traces-'));
  database = await freshDatabase();
});

afterEach(async () => {
  await running?.end('SIGKILL');
  running = undefined;
});

afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** All four services in one process, with a list of the packages that it has loaded at its end. */
async function start(environment: Record<string, string>): Promise<NewsmillClient> {
  running = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['up'], {
    NEWSMILL_DATABASE_URL: database.url,
    NEWSMILL_DATA_DIR: join(folder, 'data'),
    NEWSMILL_HTTP_PORT: '0',
    NEWSMILL_API_KEY: KEY,
    NEWSMILL_SAMPLE: 'false',
    NODE_OPTIONS: `--import=${HOOK}`,
    ...environment,
  });
  const [, url] = await running.line(/^newsmill is up at (\S+)/, 120_000);
  return new NewsmillClient(url!, KEY);
}

/** Pushes an article and waits until it is stored. */
async function goesOn(client: NewsmillClient): Promise<void> {
  const { receiptId } = await client.push(pages.shift()!);
  expect((await client.settled(receiptId!)).state).toBe('stored');
}

async function metricsOf(client: NewsmillClient): Promise<string> {
  return (await fetch(`${client.queryUrl}/metrics`)).text();
}

async function stop(): Promise<{ code: number | string; packages: string[] }> {
  const code = await running!.end('SIGTERM');
  const [, list] = await running!.line(/^loaded-packages:(.*)$/);
  // The API, which does nothing by itself, is loaded by prom-client.
  const packages = (JSON.parse(list!) as string[]).filter((name) => /^@opentelemetry\/(?!api$)/.test(name));
  return { code, packages };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('without a collector', () => {
  it('nothing of OpenTelemetry is loaded, and no trace begins', async () => {
    const client = await start({});
    await goesOn(client);
    const spans = (await metricsOf(client)).match(/^newsmill_trace_spans_total.*$/gm);
    expect(spans).toEqual(
      ['exported', 'failed', 'dropped'].map((fate) => `newsmill_trace_spans_total{fate="${fate}"} 0`),
    );
    expect(await stop()).toEqual({ code: 0, packages: [] });
  });

  it('a name that is misspelt keeps the service from starting', async () => {
    running = new NewsmillProcess('apps/parser/dist/main.js', [], {
      OTEL_EXPORTER_OTLP_ENDPIONT: 'http://127.0.0.1:4318',
    });
    expect(await running.ended).toBe(78);
    expect(running.lines).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPIONT')]);
  });
});

describe('a collector that fails', () => {
  it('that is not there is told of once and counted; all else goes on, and ends in order', async () => {
    const client = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    });
    const failures = async () => Number(/fate="failed"\} (\d+)/.exec(await metricsOf(client))![1]);
    await goesOn(client);
    await until('an export has failed', 30_000, async () => (await failures()) || undefined);
    const before = await failures();
    await goesOn(client);
    await until('a further export has failed', 30_000, async () => ((await failures()) > before ? true : undefined));
    expect((await fetch(`${client.queryUrl}/readyz`)).status).toBe(200);
    const { code, packages } = await stop();
    expect([code, packages.includes('@opentelemetry/sdk-trace')]).toEqual([0, true]);
    expect(running!.lines.filter((line) => line.includes('the collector does not take spans'))).toHaveLength(1);
  });

  it('that falls silent does not hold up the work, nor the end', async () => {
    const collector = await OtlpReceiver.start();
    const client = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await goesOn(client);
    await until('spans arrive', 30_000, () => Promise.resolve(collector.spans.length > 0 || undefined));
    collector.isSilent = true;
    await goesOn(client);
    expect((await stop()).code).toBe(0);
    await collector.close();
  });

  it('that is there gets the last spans at the end of the process', async () => {
    const collector = await OtlpReceiver.start();
    const client = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect((await fetch(`${client.queryUrl}/v1/receipts`)).status).toBe(200);
    expect((await stop()).code).toBe(0);
    expect(collector.spans.map(({ name }) => name)).toContain('GET /v1/receipts');
    await collector.close();
  });
});
