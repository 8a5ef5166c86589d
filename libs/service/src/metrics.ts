import { groupOf, hangingTransactions, type Stage, type StageObserver, type Transport } from '@newsmill/stage';
import { type Topic, topicAddress } from '@newsmill/contracts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Lags are asked of the log at most once in this many milliseconds. */
const LAG_AGE_MS = 5_000;
/** And transactions that hang. */
const TRANSACTIONS_AGE_MS = 15_000;

/** Prometheus metrics of a process. Every event is counted once a stage and outcome, after its batch has been committed. */
export class Metrics implements StageObserver {
  readonly registry = new Registry();
  private readonly events = new Counter({
    name: 'newsmill_stage_events_total',
    help: 'Events a stage has settled, by outcome.',
    labelNames: ['stage', 'outcome'],
    registers: [this.registry],
  });
  private readonly reasons = new Counter({
    name: 'newsmill_stage_reasons_total',
    help: 'Events a stage has rejected or put with the dead letters for a reason of the closed list, by its class.',
    labelNames: ['stage', 'outcome', 'reason'],
    registers: [this.registry],
  });
  private readonly batches = new Histogram({
    name: 'newsmill_stage_batch_seconds',
    help: 'Seconds from taking a batch to its commit.',
    labelNames: ['stage'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [this.registry],
  });
  private readonly retries = new Counter({
    name: 'newsmill_stage_retries_total',
    help: 'Repeated calls of a handler, by class of the fault.',
    labelNames: ['stage', 'error_class'],
    registers: [this.registry],
  });
  private readonly pauses = new Gauge({
    name: 'newsmill_stage_paused',
    help: '1 while the stage waits for a dependency that is down.',
    labelNames: ['stage', 'dependency'],
    registers: [this.registry],
  });
  private readonly redriven = new Counter({
    name: 'newsmill_redriven_total',
    help: 'Events a stage has settled that came back from the dead letters.',
    labelNames: ['stage'],
    registers: [this.registry],
  });
  private readonly replayed = new Counter({
    name: 'newsmill_replayed_events_total',
    help: 'Events a stage has settled that a replay brought, by outcome; neither re-driven nor strays.',
    labelNames: ['stage', 'outcome'],
    registers: [this.registry],
  });
  private readonly strays = new Counter({
    name: 'newsmill_stray_events_total',
    help: 'Events a stage has settled that belong to nothing received at a door, by outcome.',
    labelNames: ['stage', 'outcome'],
    registers: [this.registry],
  });
  private readonly received = new Counter({
    name: 'newsmill_received_total',
    help: 'Things received at a door, by door; each one is answered for by exactly one final outcome.',
    labelNames: ['door'],
    registers: [this.registry],
  });
  private readonly unconfirmed = new Counter({
    name: 'newsmill_unconfirmed_total',
    help: 'Things refused at a door because the log did not confirm them, by door; some may be on it all the same.',
    labelNames: ['door'],
    registers: [this.registry],
  });

  private readonly pausedFor = new Map<string, string>();

  constructor(collectProcessMetrics = true) {
    if (collectProcessMetrics) collectDefaultMetrics({ register: this.registry });
  }

  /** A counter of a service's own. Values of its labels come from a closed list. */
  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A histogram of a service's own. @param buckets upper bounds, in the unit that the name tells */
  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    return new Histogram({ name, help, buckets: [...buckets], registers: [this.registry] });
  }

  /** A gauge of a service's own; `collect` sets it whenever metrics are scraped. Values of its labels come from a closed list. */
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    collect?: (gauge: Gauge<Label>) => Promise<void>,
  ): Gauge<Label> {
    return new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...(collect && {
        async collect() {
          await collect(this);
        },
      }),
    });
  }

  settled: NonNullable<StageObserver['settled']> = (stage, events, seconds) => {
    for (const { outcome, receiptId, redrivenFrom, isReplayed, reasonClass } of events) {
      this.events.inc({ stage: stage.name, outcome });
      // It comes again, and counts then.
      if (outcome === 'deferred') continue;
      if (isReplayed) {
        this.replayed.inc({ stage: stage.name, outcome });
        continue;
      }
      if (reasonClass !== undefined) this.reasons.inc({ stage: stage.name, outcome, reason: reasonClass });
      if (redrivenFrom !== undefined) this.redriven.inc({ stage: stage.name });
      // The stage that reads the outcomes handles reports, not things received.
      if (receiptId === undefined && stage.reports) this.strays.inc({ stage: stage.name, outcome });
    }
    this.batches.observe({ stage: stage.name }, seconds);
  };

  retrying: NonNullable<StageObserver['retrying']> = (stage, errorClass) => {
    this.retries.inc({ stage: stage.name, error_class: errorClass });
  };

  paused: NonNullable<StageObserver['paused']> = (stage, dependency) => {
    this.pausedFor.set(stage.name, dependency);
    this.pauses.set({ stage: stage.name, dependency }, 1);
  };

  resumed: NonNullable<StageObserver['resumed']> = (stage) => {
    const dependency = this.pausedFor.get(stage.name);
    if (dependency !== undefined) this.pauses.set({ stage: stage.name, dependency }, 0);
  };

  /** One thing accepted at a door (`push`, `feed`), after the log has it. */
  countReceived(door: string, count = 1): void {
    this.received.inc({ door }, count);
  }

  /** Refused at a door because the log did not confirm it: whether it is on the log nobody can tell. */
  countUnconfirmed(door: string, count = 1): void {
    this.unconfirmed.inc({ door }, count);
  }

  /** Adds a gauge that is read when metrics are scraped; left out when it cannot be read: not known is not zero. */
  watchValue(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          this.remove();
        }
      },
    });
  }

  /** Adds the lag of each stage's group, read when metrics are scraped. */
  watchLag(transport: Transport, prefix: string, stages: readonly Stage[]): void {
    let readAt = -Infinity;
    new Gauge({
      name: 'newsmill_stage_lag',
      help: 'Events a stage has not committed yet.',
      labelNames: ['stage'],
      registers: [this.registry],
      async collect() {
        if (performance.now() - readAt < LAG_AGE_MS) return;
        readAt = performance.now();
        for (const stage of stages) {
          try {
            const lags = await transport.lag(topicAddress(prefix, stage.reads), groupOf(prefix, stage));
            this.set({ stage: stage.name }, Number(lags.reduce((sum, { lag }) => sum + lag, 0n)));
          } catch {
            // Not known is not zero.
            this.remove({ stage: stage.name });
          }
        }
      },
    });
  }

  /**
   * Adds how many transactions hang in each topic, on a log that has transactions: lag does not show what they hold up.
   */
  watchTransactions({ transactions }: Transport, prefix: string, topics: readonly Topic[]): void {
    if (transactions === undefined) return;
    let readAt = -Infinity;
    new Gauge({
      name: 'newsmill_topic_hanging_transactions',
      help: 'Transactions in a topic of which nothing was written for a minute and that nobody has ended: who reads the topic waits for them.',
      labelNames: ['topic'],
      registers: [this.registry],
      async collect() {
        if (performance.now() - readAt < TRANSACTIONS_AGE_MS) return;
        readAt = performance.now();
        for (const topic of topics) {
          try {
            const hanging = await hangingTransactions(transactions, topicAddress(prefix, topic));
            this.set({ topic: topic.name }, hanging.length);
          } catch {
            // Not known is not zero.
            this.remove({ topic: topic.name });
          }
        }
      },
    });
  }
}
