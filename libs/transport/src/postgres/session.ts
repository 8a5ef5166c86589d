import type pg from 'pg';
import { LogUnavailable } from '../log-unavailable.js';
import type { Database } from './database.js';

export interface SessionEvents {
  /** The connection broke: all its locks are gone. */
  onLost(): void;
  onNotified(payload: string): void;
}

/**
 * The one connection of a process that holds its advisory locks and listens. Locks live exactly as long as the
 * connection, so a process that is killed gives up what it held at once, without a lease that must run out.
 */
export class Session {
  private readonly database: Database;
  private readonly events: SessionEvents;
  private client: pg.Client | undefined;
  private opening: Promise<void> | undefined;
  /** Ends when the last statement that was asked for has its answer: a connection takes one at a time. */
  private answered: Promise<unknown> = Promise.resolve();
  private closed = false;
  /** Grows with every connection: a lock that was taken under another number is gone. */
  generation = 0;
  /** Backend process of the connection. */
  pid = 0;

  constructor(database: Database, events: SessionEvents) {
    this.database = database;
    this.events = events;
  }

  /** Connects if there is no connection. */
  async open(): Promise<void> {
    if (this.client !== undefined) return;
    this.opening ??= this.connect().finally(() => (this.opening = undefined));
    await this.opening;
  }

  tryLock(key: bigint): Promise<boolean> {
    return this.ask('SELECT pg_try_advisory_lock($1) AS answer', [key]);
  }

  tryLockShared(key: bigint): Promise<boolean> {
    return this.ask('SELECT pg_try_advisory_lock_shared($1) AS answer', [key]);
  }

  /** Does nothing when the connection that held the lock is gone. */
  async unlock(key: bigint, generation: number): Promise<void> {
    if (generation === this.generation && this.client !== undefined)
      await this.ask('SELECT pg_advisory_unlock($1)', [key]);
  }

  async unlockShared(key: bigint, generation: number): Promise<void> {
    if (generation === this.generation && this.client !== undefined) {
      await this.ask('SELECT pg_advisory_unlock_shared($1)', [key]);
    }
  }

  /** Backends that hold the shared lock, in one order for everybody. */
  async sharers(key: bigint): Promise<number[]> {
    const bits = BigInt.asUintN(64, key);
    const rows = await this.query<{ pid: number }>(
      `SELECT pid FROM pg_locks
       WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objsubid = 1
         AND classid = $1::bigint::oid AND objid = $2::bigint::oid
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       ORDER BY pid`,
      [bits >> 32n, bits & 0xffffffffn],
    );
    return rows.map(({ pid }) => pid);
  }

  async end(): Promise<void> {
    this.closed = true;
    await this.opening?.catch(() => undefined);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async ask(text: string, values: unknown[]): Promise<boolean> {
    const [row] = await this.query<{ answer?: boolean }>(text, values);
    return row?.answer === true;
  }

  private async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const { client } = this;
    if (client === undefined) throw new LogUnavailable(`session: PostgreSQL at ${this.database.where}`);
    const asked = this.answered.then(() =>
      this.database.guard('session', async () => (await client.query<Row>(text, values)).rows),
    );
    this.answered = asked.catch(() => undefined);
    try {
      return await asked;
    } catch (error) {
      if (error instanceof LogUnavailable) this.drop(client);
      throw error;
    }
  }

  private async connect(): Promise<void> {
    await this.database.guard('session', async () => {
      if (this.closed) throw new LogUnavailable('session: the transport is closed');
      const client = this.database.client();
      client.on('error', () => this.drop(client));
      client.on('end', () => this.drop(client));
      client.on('notification', ({ payload }) => this.events.onNotified(payload ?? ''));
      try {
        await client.connect();
        await client.query(`LISTEN "${this.database.channel}"`);
        const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        this.pid = rows[0]!.pid;
      } catch (error) {
        void client.end().catch(() => undefined);
        throw error;
      }
      this.generation += 1;
      this.client = client;
    });
  }

  private drop(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    void client.end().catch(() => undefined);
    this.events.onLost();
  }
}
