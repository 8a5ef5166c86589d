import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { packageName } from './binaries.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';
import {
  DataFolderAccessError,
  DataFolderForeignError,
  DataFolderInUseError,
  DataFolderVersionError,
} from './errors.js';
import { findProcess } from './process-identity.js';

const sources = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
/** Where root keeps copies; what a run of this spec has put there goes with it. */
const store = '/var/lib/newsmill';
const storeWasThere = existsSync(store);
const asRoot = process.getuid?.() === 0 ? it : it.skip;

/** A Node process that owns the data folder and prints, as JSON lines, its server and each row that was acknowledged. */
const owner = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve: (name, from, next) =>
      next(from.parentURL?.endsWith('.ts') && name.startsWith('./') ? name.replace(/\\.js$/, '.ts') : name, from),
  });
  const { startEmbeddedPostgres } = await import(process.argv[1]);
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2], durable: false, log: (line) => console.log(JSON.stringify({ line })) });
  const { Client } = await import('pg');
  const client = new Client({ connectionString: server.url });
  client.on('error', () => process.exit(2));
  process.on('SIGTERM', () => client.end().then(() => server.stop()).then(() => process.exit(0)));
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS acknowledged (id bigserial PRIMARY KEY)');
  console.log(JSON.stringify({ pid: server.pid, state: server.state, url: server.url }));
  while (process.argv[3] === 'write') {
    const { rows } = await client.query('INSERT INTO acknowledged DEFAULT VALUES RETURNING id').catch(() => process.exit(2));
    console.log(JSON.stringify({ acknowledged: Number(rows[0].id) }));
  }
  setInterval(() => undefined, 1000);
`;

interface OwnerLine {
  readonly pid?: number;
  readonly state?: string;
  readonly url?: string;
  readonly acknowledged?: number;
  readonly line?: string;
}

describe('startEmbeddedPostgres', () => {
  let scratch: string;
  let dataDir: string;
  let servers: EmbeddedPostgres[];
  let children: ChildProcess[];
  let lines: string[];

  beforeEach(async () => {
    scratch = await realpath(await mkdtemp(join(tmpdir(), 'newsmill-postgres-')));
    await chmod(scratch, 0o755);
    dataDir = join(scratch, 'data');
    servers = [];
    children = [];
    lines = [];
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const server of servers) await server.stop();
    const moved = await readFile(join(dataDir, 'location'), 'utf8').catch(() => '');
    if (moved !== '') await rm(moved.trim(), { recursive: true });
    if (!storeWasThere) await rm(store, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  });

  async function start(folder = dataDir): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir: folder, durable: false, log: (line) => lines.push(line) });
    servers.push(server);
    return server;
  }

  /** Starts an owner process and gives what it prints. */
  function own(mode: 'write' | 'hold', from = sources, cwd = sources): [ChildProcess, AsyncIterator<OwnerLine>] {
    const entry = pathToFileURL(join(from, 'index.ts')).href;
    const child = spawn(process.execPath, ['--input-type=module', '-e', owner, entry, dataDir, mode], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return [child, parsed(createInterface({ input: child.stdout }))];
  }

  async function until(output: AsyncIterator<OwnerLine>, wanted: (line: OwnerLine) => boolean): Promise<OwnerLine> {
    for (;;) {
      const { value, done } = await output.next();
      if (done) throw new Error('the owner process ended early');
      if (value.line !== undefined) lines.push(value.line);
      if (wanted(value)) return value;
    }
  }

  async function kill(child: ChildProcess): Promise<void> {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  it('creates a UTF-8 database that is reached on the loopback address, with its password only', async () => {
    const server = await start();
    expect(server.state).toBe('initialised');
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    const [row] = await query(
      server.url,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS listens,
              current_setting('unix_socket_directories') AS sockets, current_setting('synchronous_commit') AS sync,
              current_setting('jit') AS jit, lower('ÄÉŽ') AS lower, 'Zebra' < 'apple' AS by_code_point,
              to_tsvector('simple', '“Straße” — naïve')::text AS words`,
    );
    expect(row).toEqual({
      encoding: 'UTF8',
      listens: '127.0.0.1',
      sockets: '',
      sync: 'on',
      jit: 'off',
      lower: 'äéž',
      by_code_point: true,
      words: "'naïve':2 'straße':1",
    });
    const stranger = new URL(server.url);
    stranger.password = 'guess';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect((await lstat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
  });

  it('keeps the data over stop and start, and leaves no process behind', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await findProcess(first.pid)).toBeUndefined();
    const second = await start();
    expect(second.state).toBe('started');
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('reuses the server of a Node process that was killed, with everything acknowledged', async () => {
    const [child, output] = own('write');
    const { pid } = await until(output, (line) => line.pid !== undefined);
    const last = await until(output, (line) => (line.acknowledged ?? 0) >= 200);
    await kill(child);
    const server = await start();
    expect([server.state, server.pid]).toEqual(['reused', pid]);
    const [row] = await query(server.url, 'SELECT max(id)::int AS last, count(*)::int AS rows FROM acknowledged');
    expect(row?.['last']).toBeGreaterThanOrEqual(last.acknowledged ?? Infinity);
    expect(row?.['rows']).toBe(row?.['last']);
  });

  it('recovers everything acknowledged when Node and the server were both killed', async () => {
    const [child, output] = own('write');
    const { pid } = await until(output, (line) => line.pid !== undefined);
    const last = await until(output, (line) => (line.acknowledged ?? 0) >= 200);
    process.kill(pid!, 'SIGKILL');
    await kill(child);
    const server = await start();
    expect(server.state).toBe('started');
    const [row] = await query(server.url, 'SELECT max(id)::int AS last FROM acknowledged');
    expect(row?.['last']).toBeGreaterThanOrEqual(last.acknowledged ?? Infinity);
  });

  it('restarts a server left behind that is less durable than wanted', async () => {
    const [child, output] = own('hold');
    const { pid } = await until(output, (line) => line.pid !== undefined);
    await kill(child);
    const server = await startEmbeddedPostgres({ dataDir, durable: true });
    servers.push(server);
    expect(server.state).toBe('started');
    expect(server.pid).not.toBe(pid);
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('refuses a second owner while the first lives, here and in another process', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(DataFolderInUseError);
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.stop();
    const [child, output] = own('hold');
    await until(output, (line) => line.pid !== undefined);
    await expect(start()).rejects.toMatchObject({ name: 'DataFolderInUseError', ownerPid: child.pid });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    expect((await start()).state).toBe('started');
  });

  it('is not misled by a stale postmaster.pid whose pid is another program now, nor by a stale lock', async () => {
    const first = await start();
    await first.stop();
    const stale = [process.pid, join(dataDir, 'server'), 1, first.port, '', '127.0.0.1', '', 'ready   ', ''].join('\n');
    await writeFile(join(dataDir, 'server', 'postmaster.pid'), stale);
    await writeFile(join(dataDir, 'owner.json'), JSON.stringify({ pid: process.pid, startedAt: 'another boot' }));
    const second = await start();
    expect(second.state).toBe('started');
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('begins again after a kill in the middle of initdb', async () => {
    await mkdir(join(dataDir, 'initdb-abcdef', 'server'), { recursive: true });
    await writeFile(join(dataDir, 'initdb-abcdef', 'server', 'PG_VERSION'), '18\n');
    expect((await start()).state).toBe('initialised');
    expect(existsSync(join(dataDir, 'initdb-abcdef'))).toBe(false);
  });

  it('tells what is wrong with a data folder', async () => {
    await mkdir(join(dataDir, 'server'), { recursive: true });
    if (process.getuid?.() === 0) await chown(join(dataDir, 'server'), 65534, 65534);
    await writeFile(join(dataDir, 'server', 'PG_VERSION'), '9\n');
    await expect(start()).rejects.toThrow(DataFolderVersionError);
    await expect(start()).rejects.toThrow(/made by PostgreSQL 9,/);

    const foreign = join(scratch, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'thesis.txt'), '');
    await expect(start(foreign)).rejects.toThrow(DataFolderForeignError);

    const file = join(scratch, 'file');
    await writeFile(file, '');
    await expect(start(file)).rejects.toThrow(DataFolderAccessError);
  });

  asRoot('serves a data folder below a folder that only root may enter', async () => {
    await chmod(scratch, 0o700);
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(lines.filter((line) => line.includes('cannot pass through'))).toHaveLength(1);
    const home = (await readFile(join(dataDir, 'location'), 'utf8')).trim();
    expect((await lstat(home)).uid).toBe(0);
    expect((await lstat(scratch)).mode & 0o777).toBe(0o700);
    const second = await start();
    expect(second.state).toBe('started');
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect((await findProcess(second.pid))?.command).toContain(home);

    const copy = join(scratch, 'copy');
    await cp(dataDir, copy, { recursive: true });
    await expect(start(copy)).rejects.toThrow(DataFolderInUseError);

    await second.stop();
    await rename(home, `${home}.away`);
    await expect(start()).rejects.toThrow(/is gone or cannot be reached/);
    await rename(`${home}.away`, home);
  });

  asRoot('serves a project below a folder that only root may enter, without install scripts', async () => {
    const project = join(scratch, 'project');
    await cp(sources, join(project, 'src'), { recursive: true });
    await writeFile(join(project, 'package.json'), '{"type":"module"}');
    const installed = dirname(dirname(require.resolve(packageName())));
    await cp(installed, join(project, 'node_modules', packageName()), {
      recursive: true,
      verbatimSymlinks: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    });
    await symlink(dirname(require.resolve('pg/package.json')), join(project, 'node_modules', 'pg'));
    await chmod(scratch, 0o700);

    const [child, output] = own('hold', join(project, 'src'), project);
    const { state, url, pid } = await until(output, (line) => line.pid !== undefined);
    expect(state).toBe('initialised');
    expect(await query(url!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(lines.some((line) => line.includes('using the copy in'))).toBe(true);
    const { uid } = await lstat(`/proc/${pid}`);
    expect(uid).not.toBe(0);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await findProcess(pid!)).toBeUndefined();
  });
});

async function* parsed(input: AsyncIterable<string>): AsyncGenerator<OwnerLine> {
  for await (const line of input) yield JSON.parse(line) as OwnerLine;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
