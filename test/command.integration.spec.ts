import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    [['gone-guard']],
    [['gone-guard', 'release']],
    [['import']],
    [['export']],
    [['fetch']],
    [['extract']],
    [['explain']],
    [['fixture']],
    [['up']],
    [['docs']],
    [['status']],
    [['trace']],
    [['replay']],
    [['rebuild']],
    [['store-hash']],
    [['keys']],
    [['keys', 'rotate']],
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

  it.each(['ninjs-3.json', 'newsml-g2-xhtml.xml', 'newsml-1.xml', 'nitf.xml'])(
    "prints the record of a newsroom's document: %s",
    async (file) => {
      const golden = new URL(`../libs/record/golden/${file}`, import.meta.url);
      const { record } = JSON.parse(readFileSync(new URL(`${golden.href}.expected.json`), 'utf8')) as {
        record: object;
      };
      const { code, out } = await newsmill(['extract', fileURLToPath(golden)]);
      expect(code).toBe(0);
      const found = JSON.parse(out) as {
        headlines: unknown;
        bodies: unknown;
        x: { url: unknown; corrections: unknown };
      };
      const { headlines, bodies, x } = record as typeof found;
      expect(found).toMatchObject({ headlines, bodies, x: { url: x.url, corrections: x.corrections } });
    },
  );

  it.each([
    ['a page that is no article', ['extract', '-'], '<p>Hi</p>', 3],
    ['a document with a fault', ['extract', '-'], '{"uri":"urn:x:1","type":"text","headline":7}', 3],
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

/** A page whose every article ends with a notice in plain words, and a folder with the rule that knows it. */
const NOTICE = 'This notice stands under every article of the Courier and belongs to none of them.';

function noticePage(): string {
  const page = articlePage(7);
  return page.replace(/<\/article>|<\/body>/, (end) => `<p class="imprint-line">${NOTICE}</p>${end}`);
}

async function rulesFolder(rules: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'newsmill-rules-'));
  const definition = { name: 'The Courier', hosts: ['courier.example'], note: 'a notice in plain words', ...rules };
  await writeFile(join(folder, 'courier.json'), JSON.stringify(definition));
  return folder;
}

describe('newsmill explain', () => {
  const page = ['-', '--url', 'https://courier.example/7'];

  it('tells in text what was taken and why the rest was not', async () => {
    const { code, out, err } = await newsmill(['explain', ...page], { input: articlePage(7) });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Article: Footbridge 7 to be repaired\nAddress: https:\/\/courier.example\/7\nRules: {3}none/);
    expect(out).toMatch(/\n {4}\+ .*Footbridge 7 to be repaired/);
    expect(out).toMatch(/\n {2}\+ running-text/);
    // eslint-disable-next-line no-control-regex -- colours are exactly what must not be there
    expect(out).not.toMatch(/\u001b/);
  });

  it('--json gives the same as data', async () => {
    const { code, out } = await newsmill(['explain', ...page, '--json'], { input: articlePage(7) });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      url: 'https://courier.example/7',
      outcome: { article: true, title: 'Footbridge 7 to be repaired' },
      body: { blocks: expect.arrayContaining([expect.objectContaining({ kept: true, why: 'running-text' })]) },
    });
  });

  it('explains a page that holds no article, and exits with 3', async () => {
    const { code, out } = await newsmill(['explain', '-'], { input: '<p>Hi</p>' });
    expect([code, out.split('\n')[0]]).toEqual([
      3,
      'No article: no-title (neither the metadata nor a heading names the page)',
    ]);
  });

  it.each([
    ['a file that is not there', ['explain', 'no/such/file.html'], 1],
    ['an address on this machine', ['explain', 'http://127.0.0.1/'], 1],
    ['nothing named', ['explain'], 1],
  ])('%s: an exit code and nothing on stdout', async (_, args, expected) => {
    const { code, out, err } = await newsmill(args);
    expect([code, out]).toEqual([expected, '']);
    expect(err).not.toBe('');
  });
});

describe('rules for publishers', () => {
  const page = ['-', '--url', 'https://courier.example/7'];

  it('come from a folder, for extract and explain alike', async () => {
    const folder = await rulesFolder({ drop: '.imprint-line' });
    try {
      const env = { NEWSMILL_PUBLISHERS_DIR: folder };
      const input = noticePage();
      expect((await newsmill(['extract', ...page], { input })).out).toContain(NOTICE);
      expect((await newsmill(['extract', ...page], { input, env })).out).not.toContain(NOTICE);
      expect((await newsmill(['extract', ...page, '--generic'], { input, env })).out).toContain(NOTICE);
      const { out } = await newsmill(['explain', ...page, '--publishers', folder], { input });
      expect(out).toContain(
        'Rules:   The Courier - a notice in plain words\n         dropped .imprint-line: This notice',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are told when they are wrong, by file and field, with exit code 78', async () => {
    const folder = await rulesFolder({ drop: 'p[', color: 'red' });
    try {
      const { code, out, err } = await newsmill(['extract', ...page], { env: { NEWSMILL_PUBLISHERS_DIR: folder } });
      expect([code, out]).toEqual([78, '']);
      expect(
        err
          .trim()
          .split('\n')
          .map((line) => line.split(': ').slice(0, 4).join(': ')),
      ).toEqual([
        'newsmill: NEWSMILL_PUBLISHERS_DIR: courier.json: drop.0',
        'newsmill: NEWSMILL_PUBLISHERS_DIR: courier.json: color',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('newsmill fixture', () => {
  it('writes a case without the words of the page', async () => {
    const folder = await rulesFolder({ drop: '.imprint-line' });
    try {
      const args = ['fixture', '-', '--url', 'https://courier.example/7', '--publishers', folder, '--out', folder];
      const { code, out } = await newsmill([...args, '--name', 'notice'], { input: noticePage() });
      expect(code).toBe(0);
      expect(out).toContain('rules: The Courier\n');
      expect(out).toContain('the scrubbed page is read as the real one\n');
      const html = await readFile(join(folder, 'courier.example', 'notice.html'), 'utf8');
      expect(html).toContain('imprint-line');
      expect(html).not.toMatch(/footbridge/i);
      const { url, expected } = JSON.parse(await readFile(join(folder, 'courier.example', 'notice.json'), 'utf8')) as {
        url: string;
        expected: { ok: boolean };
      };
      expect([url, expected.ok]).toEqual(['https://courier.example/7', true]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['a name that is no name', ['--name', '../x']],
    ['a publisher that is no host', ['--publisher', 'The Courier']],
  ])('%s: one line and exit code 2', async (_, args) => {
    const { code, out, err } = await newsmill(['fixture', '-', ...args], { input: articlePage(7) });
    expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1]);
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

  it.each([
    [['--partitions', 'news.page.fetched.v1=3'], 'newsmill wants 6 at least'],
    [['--partitions', 'news.page=12'], 'no such topic'],
    [['--partitions', 'news.page.fetched.v1'], 'use a whole number from 1'],
    [['--replication-factor', '3'], 'are for Kafka'],
    [['--min-insync-replicas', '2'], 'are for Kafka'],
  ])('apply refuses %s', async (args, reason) => {
    const { code, err } = await newsmill(['topics', 'apply', ...args], { env });
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
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

    const list = async (...args: string[]) =>
      JSON.parse((await newsmill(['dead-letters', 'list', '--json', ...args], { env })).out) as {
        letters: { id: string; errorClass: string; fingerprint: string }[];
        more: number;
      };
    const { letters: waiting } = await list();
    expect(waiting.map(({ errorClass }) => errorClass)).toEqual(['undecodable', 'undecodable', 'undecodable']);
    expect(await list('--limit', '1')).toEqual({ letters: [waiting[0]], more: 2 });
    expect(await list('--until', '2000-01-01')).toEqual({ letters: [], more: 0 });
    expect(await list('--since', '2000-01-01', '--stage', 'parse')).toMatchObject({ more: 0, letters: waiting });
    expect((await newsmill(['dead-letters', 'list', '--limit', '2'], { env })).out).toMatch(/\nand 1 more/);

    const grouped = await newsmill(['dead-letters', 'list', '--group', '--json'], { env });
    const { groups } = JSON.parse(grouped.out) as {
      groups: { count: number; exampleId: string; fingerprint: string }[];
    };
    expect(groups).toMatchObject([{ count: 3, exampleId: waiting[0]!.id, fingerprint: waiting[0]!.fingerprint }]);
    expect((await newsmill(['dead-letters', 'list', '--group'], { env })).out.trim().split('\n')).toHaveLength(1);

    const shown = JSON.parse((await newsmill(['dead-letters', 'show', waiting[0]!.id], { env })).out) as {
      value: string;
    };
    expect(values).toContain(shown.value);

    for (const [args, code] of [
      [['redrive'], 2],
      [['redrive', 'parse-7'], 2],
      [['redrive', 'parse/0/777'], 1],
      [['drop', '--all', '--rate', '0'], 2],
      [['list', '--class', 'bad-luck'], 2],
      [['list', '--stage', 'sing'], 2],
      [['list', '--until', 'soon'], 2],
    ] as const) {
      const answer = await newsmill(['dead-letters', ...args], { env });
      expect([args, answer.code, answer.err.trim().split('\n').length]).toEqual([args, code, 1]);
    }
    const dry = (await newsmill(['dead-letters', 'redrive', '--all', '--dry-run'], { env })).out.trim().split('\n');
    expect(dry).toEqual([...waiting.map(({ id }) => `${id}  to  ${topic}`), 'would send 3']);
    expect((await newsmill(['dead-letters', 'drop', waiting[0]!.id], { env })).out).toBe('dropped 1\n');
    expect((await newsmill(['dead-letters', 'redrive', waiting[1]!.id], { env })).out).toBe('sent 1\n');
    expect((await list()).letters.map(({ id }) => id)).toEqual([waiting[2]!.id]);

    const sent: string[] = [];
    for await (const { value, headers } of transport.read(topic, 'earliest')) {
      sent.push(`${value?.toString()} ${headers.newsmill_redrives?.toString()}`);
    }
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(/^\{(one|two|three) 1$/);
    expect((await newsmill(['dead-letters', 'show', waiting[0]!.id], { env })).code).toBe(1);
  });
});
