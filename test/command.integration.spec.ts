import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pageFetched, topicAddress } from '@newsmill/contracts';
import { createRunner, defineStage } from '@newsmill/stage';
import { pipelineTopics } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { machineEnvironment } from './support/environment.config.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage } from './support/test-site.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Result {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command as a user does. */
async function newsmill(
  args: string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Result> {
  const child = spawn(process.execPath, [`${ROOT}apps/standalone/bin/newsmill.js`, ...args], {
    env: { ...machineEnvironment(), ...options.env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

describe('newsmill', () => {
  it.each([
    [[]],
    [['topics']],
    [['dead-letters']],
    [['dead-letters', 'redrive']],
    [['extract']],
    [['up']],
    [['docs']],
    [['replay']],
    [['rebuild']],
    [['store-hash']],
  ])('%j --help explains itself', async (args) => {
    const { code, out } = await newsmill([...args, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: newsmill/);
  });

  it('answers an unknown command in short, with a hint', async () => {
    const { code, err } = await newsmill(['explode']);
    expect(code).toBe(1);
    expect(err).toContain("unknown command 'explode'");
  });

  it('tells every wrong setting by name', async () => {
    const { code, err } = await newsmill(['topics', 'list'], {
      env: { NEWSMILL_TRANSPORT: 'pigeon', NEWSMILL_HTTP_PORT: 'x', NEWSMILL_TOPIC_PREFIX: 'A B' },
    });
    expect(code).toBe(78);
    expect(
      err
        .trim()
        .split('\n')
        .map((line) => line.split(' is ')[0]),
    ).toEqual(['newsmill: NEWSMILL_HTTP_PORT', 'newsmill: NEWSMILL_TRANSPORT', 'newsmill: NEWSMILL_TOPIC_PREFIX']);
  });

  it('says in one line that the log is down', async () => {
    const { code, err } = await newsmill(['topics', 'list'], {
      env: { NEWSMILL_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x', NEWSMILL_TRANSPORT: 'postgres' },
    });
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('newsmill extract', () => {
  it('prints the record of a page from standard input', async () => {
    const { code, out } = await newsmill(['extract', '-', '--url', 'https://courier.example/7'], {
      input: articlePage(7),
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      type: 'text',
      headlines: [{ value: 'Footbridge 7 to be repaired' }],
      x: { url: { canonical: 'https://courier.example/7' } },
    });
  });

  it.each([
    ['a page that is no article', ['extract', '-'], '<p>Hi</p>', 3],
    ['a file that is not there', ['extract', 'no/such/file.html'], '', 1],
    ['an address on this machine', ['extract', 'http://127.0.0.1/'], '', 1],
    ['nothing named', ['extract'], '', 2],
  ])('%s: one line and an exit code', async (_, args, input, expected) => {
    const { code, out, err } = await newsmill(args, { input });
    expect([code, out, err.trim().split('\n').length]).toEqual([expected, '', 1]);
  });

  it('--ndjson answers each line in order, whatever it holds', async () => {
    const lines = [
      { id: 'a', url: 'https://courier.example/1', html: articlePage(1) },
      { id: 2, url: 'https://courier.example/2', html: '' },
      { id: 'c', url: 'not an address', html: articlePage(3) },
    ].map((line) => JSON.stringify(line));
    const { code, out } = await newsmill(['extract', '--ndjson'], { input: [...lines, '{broken', ''].join('\n') });
    expect(code).toBe(0);
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; article: { title: string } | null; reason?: string });
    expect(answers.map(({ id, article }) => [id, article?.title ?? null])).toEqual([
      ['a', 'Footbridge 1 to be repaired'],
      [2, null],
      ['c', null],
      [null, null],
    ]);
    for (const { article, reason } of answers) expect(article === null).toBe(typeof reason === 'string');
  });
});

describe('newsmill topics and dead-letters', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let transport: PostgresTransport;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await freshDatabase();
    transport = new PostgresTransport({ url: database.url });
    await transport.connect();
    env = { NEWSMILL_TRANSPORT: 'postgres', NEWSMILL_DATABASE_URL: database.url };
  });

  afterAll(async () => {
    await transport?.close();
    await database?.drop();
  });

  it('apply makes every topic, twice changes nothing, list finds them', async () => {
    expect((await newsmill(['topics', 'list'], { env })).code).toBe(1);
    const first = JSON.parse((await newsmill(['topics', 'apply', '--json'], { env })).out) as { change: string }[];
    const second = JSON.parse((await newsmill(['topics', 'apply', '--json'], { env })).out) as { change: string }[];
    expect(first.map(({ change }) => change)).toEqual(pipelineTopics('newsmill').map(() => 'created'));
    expect(second.map(({ change }) => change)).toEqual(first.map(() => 'unchanged'));
    expect((await newsmill(['topics', 'list'], { env })).code).toBe(0);
  });

  it('list, show, redrive and drop work on what a stage could not handle', async () => {
    const parse = defineStage({ name: 'parse', description: '', reads: pageFetched, writes: [] });
    const run = createRunner({ stage: parse, handler: () => [], prefix: 'newsmill', serviceVersion: '1' });
    const topic = topicAddress('newsmill', pageFetched);
    const values = ['{one', '{two', '{three'];
    const records = values.map((value, index) => ({
      topic,
      partition: 0,
      offset: BigInt(index),
      timestamp: 0,
      key: Buffer.from(`key-${index}`),
      value: Buffer.from(value),
      headers: {},
    }));
    const { publish } = await run({ topic, partition: 0, records }, { signal: new AbortController().signal });
    await transport.publish(publish);

    const list = async (): Promise<{ id: string; errorClass: string }[]> =>
      JSON.parse((await newsmill(['dead-letters', 'list', '--json'], { env })).out) as {
        id: string;
        errorClass: string;
      }[];
    const waiting = await list();
    expect(waiting.map(({ errorClass }) => errorClass)).toEqual(['undecodable', 'undecodable', 'undecodable']);

    const shown = JSON.parse((await newsmill(['dead-letters', 'show', waiting[0]!.id], { env })).out) as {
      value: string;
    };
    expect(values).toContain(shown.value);

    expect((await newsmill(['dead-letters', 'redrive'], { env })).code).toBe(2);
    expect((await newsmill(['dead-letters', 'redrive', '--all', '--dry-run'], { env })).out).toBe('would send 3\n');
    expect((await newsmill(['dead-letters', 'drop', waiting[0]!.id], { env })).out).toBe('dropped 1\n');
    expect((await newsmill(['dead-letters', 'redrive', waiting[1]!.id], { env })).out).toBe('sent 1\n');
    expect((await list()).map(({ id }) => id)).toEqual([waiting[2]!.id]);

    const sent: string[] = [];
    for await (const { value, headers } of transport.read(topic, 'earliest')) {
      sent.push(`${value?.toString()} ${headers.newsmill_redrives?.toString()}`);
    }
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(/^\{(one|two|three) 1$/);
    expect((await newsmill(['dead-letters', 'show', waiting[0]!.id], { env })).code).toBe(1);
  });
});
