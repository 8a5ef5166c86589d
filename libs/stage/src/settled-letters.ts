import { settledLettersAddress } from '@newsmill/contracts';
import { header, toHeaders } from './envelope.js';
import type { NewRecord, Transport } from './transport.js';

const LETTER = 'dead_settles';
const SETTLED_BY = 'dead_settled_by';

/** Which dead letters have been dealt with, as far as it has been read. Holds their ids, nothing else. */
export class SettledLetters {
  private readonly ids = new Set<string>();
  /** By partition: where the next reading goes on. */
  private next: Record<number, bigint> = {};

  constructor(
    private readonly transport: Transport,
    private readonly prefix: string,
  ) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Reads what has been noted since the last time. */
  async refresh(): Promise<void> {
    const address = settledLettersAddress(this.prefix);
    const from = Object.keys(this.next).length === 0 ? 'earliest' : { offsets: { ...this.next } };
    for await (const record of this.transport.read(address, from)) {
      this.next[record.partition] = record.offset + 1n;
      const id = header(record, LETTER);
      if (id !== undefined) this.ids.add(id);
    }
  }

  /** Notes that letters have been dealt with. */
  async add(ids: readonly string[], by: 'redrive' | 'drop'): Promise<void> {
    await this.transport.publish(ids.map((id) => this.marker(id, by)));
    for (const id of ids) this.ids.add(id);
  }

  private marker(id: string, by: 'redrive' | 'drop'): NewRecord {
    return {
      topic: settledLettersAddress(this.prefix),
      key: Buffer.from(id),
      value: null,
      headers: toHeaders({ [LETTER]: id, [SETTLED_BY]: by }),
    };
  }
}
