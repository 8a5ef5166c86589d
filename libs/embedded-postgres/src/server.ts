import { execFile, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import { childEnvironment } from './child-environment.config.js';
import { messageOf, PortUnavailableError, ServerFailedError, systemCode } from './errors.js';
import { findPostmaster, readPostmasterFile, removeStalePostmasterFile, type RunningPostmaster } from './postmaster.js';
import { stillRuns } from './process-identity.js';
import type { ServerUser } from './server-user.js';

const run = promisify(execFile);

const pollMs = 50;
/** Recovery after a crash replays up to about 1 GB of log; a slow disk takes minutes. */
const readyWithinMs = 300_000;
/** How often a start is tried again when another program took the port, or an ended server is not quite gone. */
const attempts = 20;
/** A stop waits for running statements to be cancelled and a checkpoint to be written. */
const fastStopWithinMs = 60_000;
const immediateStopWithinMs = 15_000;

/** What a launch needs to know. */
export interface Launch {
  readonly binaries: Binaries;
  /** PostgreSQL's data. */
  readonly cluster: string;
  readonly durable: boolean;
  readonly user: ServerUser | undefined;
  readonly logFile: FileHandle;
  /** The path of `logFile`, for messages. */
  readonly logPath: string;
  readonly log: (line: string) => void;
}

/**
 * Server settings for a laptop, given on the command line so that they hold whatever the data folder says. Only
 * TCP on the loopback address: socket paths are limited to about 100 bytes, and TCP works everywhere.
 */
function settings(port: number, durable: boolean): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    jit: 'off',
    synchronous_commit: 'on',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    log_checkpoints: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Starts the server on a free port and waits until it accepts connections. */
export async function launchServer(launch: Launch): Promise<RunningPostmaster> {
  for (let attempt = 1; ; attempt++) {
    await removeStalePostmasterFile(launch.cluster);
    const port = await freePort();
    const result = await launchOnce(launch, port);
    if (typeof result !== 'string') return result;
    const portTaken = /could not bind|could not create any TCP\/IP sockets/.test(result);
    const lingering = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(result);
    if (attempt < attempts && (portTaken || lingering)) {
      await delay(lingering ? 250 : 0);
      continue;
    }
    const log = `Its log (${launch.logPath}) ends with:\n${result}`;
    if (portTaken) throw new PortUnavailableError(`PostgreSQL could bind no port on 127.0.0.1. ${log}`);
    throw new ServerFailedError(`PostgreSQL did not start on ${launch.cluster}. ${log}`);
  }
}

/** One attempt. @returns the ready server, or the log of one that ended. */
async function launchOnce(launch: Launch, port: number): Promise<RunningPostmaster | string> {
  const { binaries, cluster, user, logFile } = launch;
  const logStart = (await logFile.stat()).size;
  // A session of its own: Ctrl-C in the terminal is for us, and we stop the server after our own connections are closed.
  const child = spawn(binaries.postgres, ['-D', cluster, ...settings(port, launch.durable)], {
    cwd: dirname(binaries.postgres),
    env: childEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  let ended: string | undefined;
  child.once('error', (error) => (ended = messageOf(error)));
  child.once('exit', (code, signal) => (ended = `ended with ${signal ?? `exit code ${code}`}`));
  child.unref();

  const from = performance.now();
  let nextNoticeMs = 10_000;
  while (ended === undefined) {
    const file = await readPostmasterFile(cluster);
    if (file?.ready && file.pid === child.pid) {
      const found = await findPostmaster(cluster);
      if (found) return found;
    }
    const waitedMs = performance.now() - from;
    if (waitedMs > readyWithinMs) {
      child.kill('SIGQUIT');
      return `It was not ready within ${readyWithinMs / 1000} s.\n${await readFrom(logFile, logStart)}`;
    }
    if (waitedMs > nextNoticeMs) {
      launch.log(`PostgreSQL is still starting after ${Math.round(waitedMs / 1000)} s (recovery after a crash?)`);
      nextNoticeMs += 10_000;
    }
    await delay(pollMs);
  }
  return `${await readFrom(logFile, logStart)}${ended}`;
}

/**
 * Stops a server and waits until it has ended: fast (open transactions are rolled back, data is written), and
 * only when that does not end, immediately (the next start recovers from the log).
 */
export async function stopServer(
  server: RunningPostmaster,
  binaries: Binaries,
  log: (line: string) => void,
): Promise<void> {
  if (await endsAfter('SIGINT', server, binaries, fastStopWithinMs)) return;
  log(`PostgreSQL (pid ${server.pid}) did not stop within ${fastStopWithinMs / 1000} s; stopping it immediately`);
  if (await endsAfter('SIGQUIT', server, binaries, immediateStopWithinMs)) return;
  throw new ServerFailedError(
    `PostgreSQL (pid ${server.pid}) does not stop. Its log says why; end it by hand before the next start.`,
  );
}

async function endsAfter(
  signal: 'SIGINT' | 'SIGQUIT',
  server: RunningPostmaster,
  binaries: Binaries,
  withinMs: number,
): Promise<boolean> {
  if (!(await stillRuns(server.process))) return true;
  await send(signal, server.pid, binaries);
  const from = performance.now();
  while (performance.now() - from < withinMs) {
    if (!(await stillRuns(server.process))) return true;
    await delay(pollMs);
  }
  return false;
}

async function send(signal: 'SIGINT' | 'SIGQUIT', pid: number, binaries: Binaries): Promise<void> {
  // Windows has no signals: Node would end the process at once, pg_ctl reaches it through PostgreSQL's own pipe.
  if (process.platform === 'win32') {
    await run(join(dirname(binaries.postgres), 'pg_ctl.exe'), ['kill', signal.slice(3), String(pid)]);
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

/** A port on the loopback address that was free a moment ago. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(new PortUnavailableError(`No port on 127.0.0.1 is free: ${error.message}`)));
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** What was appended to the log since `start`, at most its last 4 kB. */
async function readFrom(logFile: FileHandle, start: number): Promise<string> {
  const { size } = await logFile.stat();
  const from = Math.max(start, size - 4_000);
  const { buffer, bytesRead } = await logFile.read(Buffer.alloc(Math.max(0, size - from)), 0, size - from, from);
  return buffer.toString('utf8', 0, bytesRead);
}
