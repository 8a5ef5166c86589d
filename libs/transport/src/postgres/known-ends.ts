import type { PartitionEnd } from './append.js';

/** The highest committed end of each partition that this process has heard of. */
export class KnownEnds {
  private readonly ends = new Map<string, bigint>();

  get(topicId: number, partition: number): bigint {
    return this.ends.get(`${topicId}/${partition}`) ?? 0n;
  }

  /** Nothing is known any more: another server may answer next. */
  forget(): void {
    this.ends.clear();
  }

  /** False when nothing new was said. */
  raise({ topicId, partition, end }: PartitionEnd): boolean {
    if (end <= this.get(topicId, partition)) return false;
    this.ends.set(`${topicId}/${partition}`, end);
    return true;
  }
}
