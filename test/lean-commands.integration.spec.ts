import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadServiceSettings, migrate } from '@newsmill/service';
import { pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from './support/free-port.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { freshDatabase } from './support/real-parts.ts';

/** What a service needs and a command does not: loading it takes longer than all that the command does. */
const OF_SERVERS = /^(@nestjs\/.*|nestjs-pino|rxjs|fastify|pino|prom-client|undici|kafkajs)$/;
const HOOK = new URL('./support/loaded-packages.ts', import.meta.url).href;

let folder: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-commands-'));
  database = await freshDatabase();
  const { url } = database;
  const transport = new PostgresTransport({ url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  await transport.close();
  environment = { NEWSMILL_TRANSPORT: 'postgres', NEWSMILL_DATABASE_URL: url, NODE_OPTIONS: `--import=${HOOK}` };
  const settings = loadServiceSettings(environment);
  for (const service of services) if (service.database) await migrate(service.database, settings);
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** The packages that a built command has loaded by its end. */
async function packagesOf(
  args: readonly string[],
  changed: Record<string, string> = {},
): Promise<{ code: number | string; packages: string[]; told: string }> {
  const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, { ...environment, ...changed });
  const code = await command.ended;
  const [, list] = await command.line(/^loaded-packages:(.*)$/);
  return { code, packages: JSON.parse(list!) as string[], told: command.lines.join('\n') };
}

describe('a command answers at once: it loads no server, and no client of a log that it does not use', () => {
  it.each([
    [['trace', 'https://news.example/unknown'], 1],
    [['status'], 0],
    [['dead-letters', 'list'], 0],
    [['topics', 'list'], 0],
    [['webhooks', 'list'], 0],
    [['gone-guard', 'list'], 0],
    [['store-hash'], 0],
    [['keys', 'add', '--publisher', 'courier', '--file', 'keys.json'], 0],
  ])('%j', async (args, expected) => {
    const { code, packages, told } = await packagesOf(
      args.map((arg) => (arg === 'keys.json' ? join(folder, arg) : arg)),
    );
    expect({ code, told }).toEqual({ code: expected, told: expect.any(String) });
    expect(packages).toContain('commander');
    expect(packages.filter((name) => OF_SERVERS.test(name))).toEqual([]);
  });

  it('is measured: Kafka named in the settings brings its client in', async () => {
    const kafka = { NEWSMILL_TRANSPORT: 'kafka', NEWSMILL_KAFKA_BROKERS: '127.0.0.1:1' };
    const { code, packages } = await packagesOf(['topics', 'list'], kafka);
    expect(code).toBe(1);
    expect(packages.filter((name) => OF_SERVERS.test(name))).toEqual(['kafkajs']);
  });
});

describe('a service without a database', () => {
  it.each(['parser', 'enricher'])(
    'starts and stops without TypeORM, which its image does not hold: %s',
    async (name) => {
      const port = await freePort();
      const service = new NewsmillProcess(`apps/${name}/dist/main.js`, [], {
        ...environment,
        NEWSMILL_HTTP_HOST: '127.0.0.1',
        NEWSMILL_HTTP_PORT: String(port),
      });
      const isReady = async (): Promise<boolean> =>
        (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ?? false;
      while (!service.hasEnded && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, 100));
      expect([await service.end('SIGTERM'), service.lines.join('\n')]).toEqual([0, expect.any(String)]);
      const [, list] = await service.line(/^loaded-packages:(.*)$/);
      const packages = JSON.parse(list!) as string[];
      expect(packages).toContain('@nestjs/core');
      expect(packages.filter((loaded) => /typeorm/.test(loaded))).toEqual([]);
    },
  );
});
