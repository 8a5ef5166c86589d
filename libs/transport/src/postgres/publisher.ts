import type { NewRecord } from '@newsmill/stage';
import { append, cut, MAX_STATEMENT_BYTES, type PartitionEnd, type Row, toRow } from './append.js';
import type { Database } from './database.js';
import type { TopicDirectory } from './topic-directory.js';

interface Call {
  rows: Promise<Row[]>;
  /** Before compression. */
  bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Writes records. Calls that come in while a write is under way are joined into the next one, in their order: the more
 * calls there are at once, the fewer transactions they take each.
 */
export class Publisher {
  private readonly calls: Call[] = [];
  private readonly database: Database;
  private readonly topics: TopicDirectory;
  private readonly onWritten: (ends: readonly PartitionEnd[]) => void;
  private writing: Promise<void> | undefined;

  constructor(database: Database, topics: TopicDirectory, onWritten: (ends: readonly PartitionEnd[]) => void) {
    this.database = database;
    this.topics = topics;
    this.onWritten = onWritten;
  }

  publish(records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const rows = this.rowsOf(records);
      rows.catch(() => undefined);
      const bytes = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
      this.calls.push({ rows, bytes, resolve, reject });
      this.writing ??= this.write();
    });
  }

  /** Checks and packs records for {@link append}. */
  rowsOf(records: readonly NewRecord[]): Promise<Row[]> {
    return Promise.all(records.map((record) => toRow(record, (address) => this.topics.find(address))));
  }

  /** Resolves when nothing is under way. */
  async drain(): Promise<void> {
    while (this.writing !== undefined) await this.writing;
  }

  private async write(): Promise<void> {
    while (this.calls.length > 0) {
      const calls: Call[] = [];
      const rows: Row[] = [];
      for (const call of this.nextCalls()) {
        try {
          rows.push(...(await call.rows));
          calls.push(call);
        } catch (error) {
          call.reject(error);
        }
      }
      try {
        for (const run of cut(rows)) {
          this.onWritten(
            await this.database.guard('publish', () => append(this.database.pool, this.database.schema, run)),
          );
        }
        for (const { resolve } of calls) resolve();
      } catch (error) {
        for (const { reject } of calls) reject(error);
      }
    }
    this.writing = undefined;
  }

  private nextCalls(): Call[] {
    let [count, bytes] = [0, 0];
    do {
      bytes += this.calls[count]!.bytes;
      count += 1;
    } while (count < this.calls.length && bytes + this.calls[count]!.bytes <= MAX_STATEMENT_BYTES);
    return this.calls.splice(0, count);
  }
}
