import { deadLetterAddress } from '@newsmill/contracts';
import { DeadLetters } from './dead-letters.js';
import { SettledLetters } from './settled-letters.js';
import type { Transport } from './transport.js';

interface Known {
  /** By partition: where the next reading goes on. */
  next: Record<number, bigint>;
  /** Ids that have not been settled. */
  waiting: Set<string>;
}

/** How many dead letters wait, by stage. Counting again reads what is new alone. */
export class DeadLetterCounter {
  private readonly settled: SettledLetters;
  private readonly letters: DeadLetters;
  private readonly known = new Map<string, Known>();
  private counting: Promise<Map<string, number>> | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly prefix: string,
  ) {
    this.settled = new SettledLetters(transport, prefix);
    this.letters = new DeadLetters(transport, prefix);
  }

  /** Those who ask at the same time share a count. */
  count(): Promise<Map<string, number>> {
    this.counting ??= this.countAll().finally(() => (this.counting = undefined));
    return this.counting;
  }

  private async countAll(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const stages = await this.letters.stages();
    for (const stage of stages) await this.read(stage);
    await this.settled.refresh();
    for (const stage of stages) {
      const { waiting } = this.known.get(stage)!;
      for (const id of waiting) if (this.settled.has(id)) waiting.delete(id);
      counts.set(stage, waiting.size);
    }
    return counts;
  }

  private async read(stage: string): Promise<void> {
    const address = deadLetterAddress(this.prefix, stage);
    const known = this.known.get(stage) ?? { next: {}, waiting: new Set<string>() };
    this.known.set(stage, known);
    for (const { partition, committed: first, end } of await this.transport.lag(address, `${this.prefix}.nobody`)) {
      const before = known.next[partition];
      known.next[partition] = before === undefined || before < first ? first : before;
      // The log has forgotten those.
      if (before !== undefined && first > 0n) forget(known.waiting, partition, first);
      if (end < known.next[partition]) known.next[partition] = end;
    }
    for await (const { partition, offset } of this.transport.read(address, { offsets: { ...known.next } })) {
      known.next[partition] = offset + 1n;
      known.waiting.add(`${stage}/${partition}/${offset}`);
    }
  }
}

function forget(waiting: Set<string>, partition: number, below: bigint): void {
  for (const id of waiting) {
    const [, at, offset] = id.split('/');
    if (Number(at) === partition && BigInt(offset!) < below) waiting.delete(id);
  }
}
