import { backoff, type Consumer, type ConsumerState, type SubscribeOptions } from '@newsmill/stage';
import { type HeldPartition, PartitionLane } from './partition-lane.js';
import type { TransportLog } from './transport-log.js';

/** A group as one of its members sees it. */
export interface GroupView {
  /** Joins if need be, and says which partitions are this member's now, given the others. */
  share(): Promise<readonly number[]>;
  /** Takes a partition for this member; `undefined` while another one still holds it. */
  take(partition: number): Promise<HeldPartition | undefined>;
  /** Gives a partition free. */
  give(partition: number): Promise<void>;
  leave(): Promise<void>;
}

export interface GroupMemberOptions extends SubscribeOptions {
  view: GroupView;
  /** Longest time between two turns of the loop, in milliseconds. */
  turnMs: number;
  log: TransportLog;
}

/** Grace of {@link Consumer.stop} when none is named. */
const DEFAULT_GRACE_MS = 30_000;
const MAX_REJOIN_DELAY_MS = 10_000;

/**
 * A consumer that shares the partitions of a topic with the other members of its group: it holds its share, gives away
 * what is not its share after the batch in hand, and joins again by itself when it loses the log.
 */
export class GroupMember implements Consumer {
  state: ConsumerState = 'joining';
  lastTurn = performance.now();
  private readonly options: GroupMemberOptions;
  private readonly lanes = new Map<number, PartitionLane>();
  private readonly releases = new Map<number, Promise<void>>();
  private readonly looping: Promise<void>;
  private stopping: Promise<void> | undefined;
  private poked = false;
  private resume: (() => void) | undefined;

  constructor(options: GroupMemberOptions) {
    this.options = options;
    this.looping = this.loop();
  }

  get assigned(): readonly number[] {
    return [...this.lanes.keys()].sort((a, b) => a - b);
  }

  /** The group has changed: look again now. */
  poke(): void {
    this.poked = true;
    this.resume?.();
  }

  /** A partition has new records. */
  wake(partition: number): void {
    this.lanes.get(partition)?.wake();
  }

  /** Membership and partitions are gone: hands everything back and joins again. */
  lose(reason: Error): void {
    if (this.state === 'running') this.state = 'joining';
    for (const lane of this.lanes.values()) lane.abort(reason);
    this.poke();
  }

  stop(graceMs: number = DEFAULT_GRACE_MS): Promise<void> {
    this.stopping ??= this.end(graceMs);
    return this.stopping;
  }

  private async end(graceMs: number): Promise<void> {
    this.poke();
    for (const partition of this.lanes.keys()) void this.release(partition, graceMs);
    await this.looping;
    for (const partition of this.lanes.keys()) void this.release(partition, graceMs);
    await Promise.all(this.releases.values());
    await this.options.view.leave();
    this.state = 'stopped';
  }

  private async loop(): Promise<void> {
    for (let failures = 0; this.stopping === undefined;) {
      this.poked = false;
      this.lastTurn = performance.now();
      let pauseMs = this.options.turnMs;
      try {
        await this.turn();
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs = backoff(failures, this.options.turnMs, MAX_REJOIN_DELAY_MS);
        this.lose(error as Error);
        this.poked = false;
        const { group, topic, log } = this.options;
        log('warn', `Group ${group} cannot work on ${topic}, it tries again: ${(error as Error).message}`);
      }
      await this.pause(pauseMs);
    }
  }

  private async turn(): Promise<void> {
    const share = new Set(await this.options.view.share());
    for (const partition of this.lanes.keys()) {
      if (!share.has(partition)) void this.release(partition, Infinity);
    }
    for (const partition of share) {
      if (this.stopping !== undefined) return;
      if (this.lanes.has(partition)) continue;
      const held = await this.options.view.take(partition);
      if (held !== undefined) this.open(partition, held);
    }
    if (this.state === 'joining') this.state = 'running';
  }

  private open(partition: number, held: HeldPartition): void {
    const { group, topic, onBatch, gatherMs, log } = this.options;
    const lane = new PartitionLane({
      held,
      onBatch,
      gatherMs,
      onFailure: (error) => {
        log('warn', `A batch of ${topic}/${partition} for ${group} comes again: ${(error as Error)?.message ?? error}`);
      },
    });
    this.lanes.set(partition, lane);
    void lane.ended.then(() => this.release(partition, 0));
  }

  /** Lets the lane end and gives its partition free, once. */
  private release(partition: number, graceMs: number): Promise<void> {
    const lane = this.lanes.get(partition);
    if (lane === undefined) return Promise.resolve();
    const ending = lane.release(graceMs);
    const known = this.releases.get(partition);
    if (known !== undefined) return known;
    const released = ending
      .then(() => this.options.view.give(partition))
      .catch((error: unknown) => this.lose(error as Error))
      .finally(() => {
        this.lanes.delete(partition);
        this.releases.delete(partition);
        this.poke();
      });
    this.releases.set(partition, released);
    return released;
  }

  private async pause(ms: number): Promise<void> {
    if (this.poked || this.stopping !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.resume = undefined;
  }
}
