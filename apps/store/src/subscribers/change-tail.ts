import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { storeDatabase } from '../store.database.js';

/** Milliseconds between looks while somebody waits: another instance may have put something into the log. */
const LOOK_MS = 500;

interface Waiter {
  seq: number;
  done(): void;
}

/** Tells those who have read the change log to its end when it has grown. */
@Injectable()
export class ChangeTail implements OnModuleDestroy {
  private readonly waiters = new Set<Waiter>();
  private readonly closingSource = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isStale = false;

  constructor(@InjectDataSource(storeDatabase.schema) private readonly database: DataSource) {}

  /** Aborted when the process shuts down: whoever waits or streams comes to an end. */
  get closing(): AbortSignal {
    return this.closingSource.signal;
  }

  /** In the first phase of a shutdown: those who hear of it here are waited for in the next one. */
  onModuleDestroy(): void {
    this.closingSource.abort();
    clearTimeout(this.timer);
    for (const { done } of this.waiters) done();
  }

  /** The log has grown, or may have. */
  wake(): void {
    if (this.waiters.size > 0) void this.look();
  }

  /** Returns when the log reaches further than `seq`, when the time is up, or when either side closes. */
  async waitBeyond(seq: number, ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted || this.closing.aborted) return;
    await new Promise<void>((resolve) => {
      const waiter: Waiter = {
        seq,
        done: () => {
          clearTimeout(deadline);
          signal.removeEventListener('abort', waiter.done);
          this.waiters.delete(waiter);
          resolve();
        },
      };
      const deadline = setTimeout(waiter.done, ms);
      signal.addEventListener('abort', waiter.done);
      this.waiters.add(waiter);
      // It may have grown between the caller's reading and now.
      void this.look();
    });
  }

  /** One look at a time, whatever number waits; a call during a look makes for another one. */
  private look(): Promise<void> {
    this.isStale = true;
    this.looking ??= this.lookWhileStale().finally(() => {
      this.looking = undefined;
      this.schedule();
    });
    return this.looking;
  }

  private async lookWhileStale(): Promise<void> {
    while (this.isStale && !this.closing.aborted) {
      this.isStale = false;
      try {
        const [head] = await this.database.query<[{ lastSeq: string }?]>(
          'SELECT last_seq AS "lastSeq" FROM change_log_head',
        );
        const lastSeq = Number(head?.lastSeq ?? 0);
        for (const waiter of this.waiters) if (waiter.seq < lastSeq) waiter.done();
      } catch {
        // The database is down: those who wait hear of the log's growth when it is back, or read its fault themselves.
      }
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.waiters.size === 0 || this.closing.aborted) return;
    this.timer = setTimeout(() => void this.look(), LOOK_MS);
  }
}
