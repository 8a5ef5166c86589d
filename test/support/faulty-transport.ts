import type { NewRecord } from '@newsmill/stage';
import { LogUnavailable, MemoryLog, MemoryTransport } from '@newsmill/transport';

/** A log whose writer meets a fault: before the record is there, after it, or by dying after it. */
export class FaultyTransport extends MemoryTransport {
  fault: 'none' | 'down' | 'unconfirmed' | 'dies' = 'none';
  /** Records that it still takes before it is down. */
  left = Infinity;
  private readonly stranded: (() => void)[] = [];

  /** One that meets faults, and another process on the same log that meets none. */
  static pair(): [FaultyTransport, MemoryTransport] {
    const memory = new MemoryLog();
    return [new FaultyTransport({ memory }), new MemoryTransport({ memory })];
  }

  override async publish(records: readonly NewRecord[]): Promise<void> {
    if (this.fault === 'down' || this.left <= 0) throw new LogUnavailable('test');
    this.left -= records.length;
    await super.publish(records);
    if (this.fault === 'unconfirmed') throw new LogUnavailable('test');
    if (this.fault === 'dies') await new Promise<void>((resolve) => this.stranded.push(resolve));
  }

  /** Lets go of what waits for ever. */
  bury(): void {
    for (const resolve of this.stranded.splice(0)) resolve();
  }
}
