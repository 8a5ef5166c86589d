import { createHash } from 'node:crypto';
import type { PoolStatistics } from '@newsmill/stage';
import pg from 'pg';
import { isRefused } from '../connection-fault.js';
import { type Explain, LogUnavailable } from '../log-unavailable.js';
import { postgresConnection } from './connection-url.js';

/** What runs statements: the pool, or a connection within a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** A statement or a connect that takes longer is taken for a lost connection. */
const ANSWER_MS = 30_000;
const CONNECT_MS = 10_000;
const POOL_SIZE = 10;

/** The database that holds a log, and the schema that the log stands in. */
export class Database {
  readonly pool: pg.Pool;
  /** The schema as an identifier for SQL. */
  readonly schema: string;
  /** Channel of LISTEN and NOTIFY. */
  readonly channel: string;
  /** Host and database, without credentials: for messages. */
  readonly where: string;
  private readonly config: pg.ClientConfig;
  private closed = false;

  /**
   * @param explain what to do about a connection that is refused
   * @param tell gets a line when certificate files that have changed cannot be used
   * @throws PostgresUrlError
   */
  constructor(
    url: string,
    schema: string,
    private readonly explain?: Explain,
    tell?: (message: string) => void,
  ) {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
      throw new Error(`schema: "${schema}" is not a name of lower-case letters, digits and _ of at most 63 characters`);
    }
    this.schema = pg.escapeIdentifier(schema);
    this.channel = schema;
    const { config, where } = postgresConnection(url, tell);
    this.where = where;
    this.config = {
      ...config,
      application_name: 'newsmill log',
      idle_in_transaction_session_timeout: 10_000,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    };
    this.pool = new pg.Pool({ ...this.config, max: POOL_SIZE });
    // A connection that breaks is replaced by the pool; the statement under way is what tells of it.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** A connection outside the pool. */
  client(): pg.Client {
    return new pg.Client(this.config);
  }

  /** Runs one statement. */
  async query<Row extends pg.QueryResultRow>(
    what: string,
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<Row[]> {
    return this.guard(what, async () => (await this.pool.query<Row>(statement as pg.QueryConfig, values)).rows);
  }

  /** Runs statements in one transaction; a throw rolls back. */
  async transaction<T>(what: string, work: (client: Queryable) => Promise<T>): Promise<T> {
    return this.guard(what, async () => {
      const client = await this.pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((failure: unknown) => (broken = failure as Error));
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  /** Passes errors on; those that say that the database is away become {@link LogUnavailable}. */
  async guard<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.closed) throw new LogUnavailable(`${what}: the transport is closed`);
    try {
      return await work();
    } catch (error) {
      throw saysUnavailable(error)
        ? new LogUnavailable(`${what}: PostgreSQL at ${this.where}`, { cause: error, explain: this.explain })
        : error;
    }
  }

  statistics(): PoolStatistics {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting, limit: POOL_SIZE };
  }

  async end(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.pool.end();
  }
}

/** Names an advisory lock. 64 bits of SHA-256: locks of other programs and schemas are not met by accident. */
export function lockKey(...names: readonly (string | number)[]): bigint {
  return createHash('sha256')
    .update(['newsmill', ...names].join('\0'))
    .digest()
    .readBigInt64BE();
}

/**
 * Whether an error means that the database is away, and not that it refused. SQLSTATE classes: 08 connection, 57P
 * shutdown and restart, 53 too few resources, 25P03 idle transaction ended (PostgreSQL, appendix A). A connection that it
 * refuses is away as well: no record is to blame for it.
 */
function saysUnavailable(error: unknown): boolean {
  if (error instanceof LogUnavailable) return true;
  if (typeof error !== 'object' || error === null) return false;
  if (isRefused(error)) return true;
  const code = 'code' in error ? String(error.code) : '';
  const message = 'message' in error ? String(error.message) : '';
  if (/^(08|57P|53)/.test(code) || code === '25P03') return true;
  if (/^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|ENOENT|EADDR)/.test(code)) return true;
  return /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered|Client was closed)/.test(
    message,
  );
}
