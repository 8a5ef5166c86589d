import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Binaries, provideBinaries } from './binaries.js';
import {
  databasePassword,
  homeOfDatabase,
  lockDataFolder,
  logPathOf,
  openDataFolder,
  openLog,
  ownerOfDatabase,
} from './data-folder.js';
import { DataFolderInUseError, DataFolderVersionError, systemCode } from './errors.js';
import { databaseUser, initDatabase } from './init-database.js';
import type { OwnerLock } from './owner-lock.js';
import { findPostmaster, type RunningPostmaster } from './postmaster.js';
import { findStore } from './root-store.js';
import { launchServer, stopServer } from './server.js';
import { findServerUser, isRoot, type ServerUser } from './server-user.js';

/** The database that the URL names, on a server that has room for more. */
const databaseName = 'newsmill';

/** Where the data lies and how much it matters. */
export interface EmbeddedPostgresOptions {
  /** The data folder, created when missing. One process at a time may own it. */
  readonly dataDir: string;
  /**
   * True (the default): what was committed survives a loss of power. False, for tests: it survives the end of
   * any process, and is quicker.
   */
  readonly durable?: boolean;
  /** Gets a line of plain text for everything that is not a matter of course. */
  readonly log?: (line: string) => void;
}

/** A running PostgreSQL server that belongs to this process. */
export interface EmbeddedPostgres {
  /** `postgres://user:password@127.0.0.1:port/newsmill`. The user is a superuser. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  /**
   * `initialised`: a new database; `started`: an existing one; `reused`: its server was still running, left behind by a
   * process that was killed.
   */
  readonly state: 'started' | 'reused' | 'initialised';
  /** Stops the server, waits until it has ended and gives the data folder free. Close your connections first. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server of a data folder, or finds the one that a killed process left behind. The
 * server listens on a random port of 127.0.0.1 with a random password, and lives until `stop`.
 *
 * @throws EmbeddedPostgresError with what to do: no binaries for this platform, the folder is in use, is not writable, is
 *   foreign, or was made by another major version; no port; the server did not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = await openDataFolder(options.dataDir);
  const log = options.log ?? (() => undefined);
  return owning(folder, async (lock) => {
    const user = isRoot() ? await findServerUser(await ownerOfDatabase(folder)) : undefined;
    const home = await homeOfDatabase(folder, user, log);
    const place = { folder, home, user, durable: options.durable ?? true, log };
    if (home === folder) return startIn(place, lock);
    // A copy of the data folder names the same home: it must not have two owners either.
    return owning(home, (homeLock) =>
      startIn(place, {
        release: async () => {
          await homeLock.release();
          await lock.release();
        },
      }),
    );
  });
}

/** What a start works with. */
interface Place {
  /** The data folder. */
  readonly folder: string;
  /** Where `server/` is. */
  readonly home: string;
  readonly user: ServerUser | undefined;
  readonly durable: boolean;
  readonly log: (line: string) => void;
}

/** Takes the lock of `folder` for what `start` starts, and gives it back if that fails. */
async function owning<Result>(folder: string, start: (lock: OwnerLock) => Promise<Result>): Promise<Result> {
  const lock = await lockDataFolder(folder);
  if ('heldBy' in lock) throw new DataFolderInUseError(folder, lock.heldBy);
  try {
    return await start(lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startIn(place: Place, lock: OwnerLock): Promise<EmbeddedPostgres> {
  const { folder, home, user, durable, log } = place;
  const cluster = join(home, 'server');
  const copies = async (): Promise<string> => (user ? findStore(user, 'binaries') : join(folder, 'binaries'));
  const binaries = await provideBinaries(user, copies, log);

  const madeBy = await majorVersionOf(cluster);
  if (madeBy !== undefined && madeBy !== binaries.major)
    throw new DataFolderVersionError(folder, madeBy, binaries.major);
  const password = await databasePassword(folder, madeBy !== undefined);

  const left = await findPostmaster(cluster);
  if (left) {
    if (await isUsable(left, password, binaries, durable)) {
      log(
        `PostgreSQL is still running (pid ${left.pid}, port ${left.port}), left by a process that was killed; using it`,
      );
      return owned(left, 'reused', password, binaries, lock, log);
    }
    log(
      `PostgreSQL is still running (pid ${left.pid}), left by a process that was killed, but not as wanted; restarting it`,
    );
    await stopServer(left, binaries, log);
  }

  if (madeBy === undefined) await initDatabase(binaries, home, password, durable, user);
  const server = await launch(place, binaries);
  try {
    await createDatabase(server, password);
  } catch (error) {
    await stopServer(server, binaries, log);
    throw error;
  }
  return owned(server, madeBy === undefined ? 'initialised' : 'started', password, binaries, lock, log);
}

function owned(
  server: RunningPostmaster,
  state: EmbeddedPostgres['state'],
  password: string,
  binaries: Binaries,
  lock: OwnerLock,
  log: (line: string) => void,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  return {
    url: urlOf(server, password, databaseName),
    port: server.port,
    pid: server.pid,
    state,
    stop: () => (stopping ??= stopServer(server, binaries, log).finally(() => lock.release())),
  };
}

async function launch({ folder, home, user, durable, log }: Place, binaries: Binaries): Promise<RunningPostmaster> {
  const logFile = await openLog(folder);
  try {
    const cluster = join(home, 'server');
    return await launchServer({ binaries, cluster, durable, user, logFile, logPath: logPathOf(folder), log });
  } finally {
    await logFile.close();
  }
}

/** The content of `PG_VERSION`, or undefined where there is no database yet. */
async function majorVersionOf(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a server left behind answers, is of the installed version, and is as durable as wanted. */
async function isUsable(
  server: RunningPostmaster,
  password: string,
  binaries: Binaries,
  durable: boolean,
): Promise<boolean> {
  if (!server.ready) return false;
  try {
    const [row] = await query<{ version: string; fsync: string }>(
      urlOf(server, password, databaseName),
      `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
    );
    return row?.version === binaries.version && row.fsync === (durable ? 'on' : 'off');
  } catch {
    return false;
  }
}

/** Creates the database of the URL unless it is there; a kill may have come between initdb and this. */
async function createDatabase(server: RunningPostmaster, password: string): Promise<void> {
  const url = urlOf(server, password, 'postgres');
  const found = await query(url, `SELECT 1 FROM pg_database WHERE datname = '${databaseName}'`);
  if (found.length === 0) await query(url, `CREATE DATABASE ${databaseName}`);
}

async function query<Row extends object>(url: string, statement: string): Promise<Row[]> {
  // Our own server has no TLS, whatever PGSSLMODE says of others.
  const client = new Client({
    connectionString: url,
    ssl: false,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  // A lost connection is told by the pending statement; without a listener it would also end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(server: RunningPostmaster, password: string, database: string): string {
  return `postgres://${databaseUser}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${database}`;
}
