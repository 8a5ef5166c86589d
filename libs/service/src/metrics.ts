import { errorClass } from '@newsmill/contracts';
import type { Stage, StageObserver } from '@newsmill/stage';
import { collectDefaultMetrics, Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import { type LabelsOf, type MetricDefinition, seriesOf, type WithLabels } from './metric-definition.js';
import { serviceMetrics } from './service-metrics.js';
import { Watched } from './watched.js';

type Of<Type extends MetricDefinition['type']> = MetricDefinition & { type: Type };

export interface CounterOf<D extends MetricDefinition> {
  inc(...args: WithLabels<D, [by?: number]>): void;
}

export interface GaugeOf<D extends MetricDefinition> {
  inc(...args: WithLabels<D, [by?: number]>): void;
  dec(...args: WithLabels<D, [by?: number]>): void;
  set(...args: WithLabels<D, [value: number]>): void;
}

export interface HistogramOf<D extends MetricDefinition> {
  observe(...args: WithLabels<D, [value: number]>): void;
}

/** What a watched metric is now: a number, or one for each of its series. */
export type Reading<D extends MetricDefinition> = D extends { labels: object }
  ? Iterable<readonly [labels: LabelsOf<D>, value: number]>
  : number | undefined;

/**
 * Prometheus metrics of a process, in one registry. Every event is counted once a stage and outcome, after its batch has
 * been committed.
 */
export class Metrics implements StageObserver {
  readonly registry = new Registry();
  private readonly made = new Map<string, Metric>();
  private readonly events = this.counter(serviceMetrics.stageEvents);
  private readonly outputs = this.counter(serviceMetrics.stageOutputs);
  private readonly reasons = this.counter(serviceMetrics.stageReasons);
  private readonly deadLetters = this.counter(serviceMetrics.stageDeadLetters);
  private readonly batches = this.histogram(serviceMetrics.stageBatchSeconds);
  private readonly handlers = this.histogram(serviceMetrics.stageHandlerSeconds);
  private readonly retries = this.counter(serviceMetrics.stageRetries);
  private readonly pauses = this.gauge(serviceMetrics.stagePaused);
  private readonly redriven = this.counter(serviceMetrics.redriven);
  private readonly replayed = this.counter(serviceMetrics.replayed);
  private readonly strays = this.counter(serviceMetrics.strays);

  private readonly pausedFor = new Map<string, string>();

  constructor(collectProcessMetrics = true) {
    if (collectProcessMetrics) collectDefaultMetrics({ register: this.registry });
  }

  /** The counter of a definition, the same at every call. Series that are known beforehand begin at 0. */
  counter<D extends Of<'counter'>>(definition: D): CounterOf<D> {
    return this.once(definition, (options) => {
      const counter = new Counter(options);
      for (const labels of seriesOf(definition) ?? []) counter.inc(labels, 0);
      return counter;
    });
  }

  gauge<D extends Of<'gauge'>>(definition: D): GaugeOf<D> {
    return this.once(definition, (options) => new Gauge(options));
  }

  histogram<D extends Of<'histogram'>>(definition: D): HistogramOf<D> {
    return this.once(definition, (options) => new Histogram({ ...options, buckets: [...definition.buckets!] }));
  }

  /**
   * A gauge, or a counter that something else counts, that is read whenever metrics are scraped. It is left out while it
   * cannot be read in time: not known is not zero.
   * @param maxAgeMs a reading is told again for so many milliseconds. Default: 0
   */
  watch<D extends Of<'gauge'> | Of<'counter'>>(
    definition: D,
    read: () => Promise<Reading<D>> | Reading<D>,
    maxAgeMs = 0,
  ): void {
    if (this.made.has(definition.name)) throw new Error(`metric ${definition.name} is watched twice`);
    const watched = new Watched<Reading<D>>(read, maxAgeMs);
    this.once(definition, (options) => {
      const isCounter = definition.type === 'counter';
      const collect = async (): Promise<void> => {
        const reading = await watched.value();
        if (definition.labels === undefined) metric.remove();
        else metric.reset();
        for (const [labels, value] of samplesOf(reading as number | Iterable<Sample> | undefined)) {
          if (metric instanceof Counter) metric.inc(labels, value);
          else metric.set(labels, value);
        }
      };
      const metric = isCounter ? new Counter({ ...options, collect }) : new Gauge({ ...options, collect });
      return metric;
    });
  }

  /** Counts of these stages begin at 0: the first event, and the first dead letter, is a rise that can be seen. */
  hostStages(stages: readonly Stage[]): void {
    for (const { name: stage } of stages) {
      for (const outcome of serviceMetrics.stageEvents.labels.outcome) this.events.inc({ stage, outcome }, 0);
      for (const error_class of errorClass.options) this.deadLetters.inc({ stage, error_class }, 0);
    }
  }

  settled: NonNullable<StageObserver['settled']> = (stage, events, seconds) => {
    for (const event of events) {
      const { outcome, receiptId, redrivenFrom, isReplayed, reasonClass, errorClass: error_class, writes = [] } = event;
      this.events.inc({ stage: stage.name, outcome });
      for (const topic of writes) this.outputs.inc({ stage: stage.name, topic });
      // It comes again, and counts then.
      if (outcome === 'deferred') continue;
      if (error_class !== undefined) this.deadLetters.inc({ stage: stage.name, error_class });
      if (isReplayed) {
        this.replayed.inc({ stage: stage.name, outcome });
        continue;
      }
      if (reasonClass !== undefined && (outcome === 'rejected' || outcome === 'dead')) {
        this.reasons.inc({ stage: stage.name, outcome, reason: reasonClass });
      }
      if (redrivenFrom !== undefined) this.redriven.inc({ stage: stage.name });
      // The stage that reads the outcomes handles reports, not things received.
      if (receiptId === undefined && stage.reports) this.strays.inc({ stage: stage.name, outcome });
    }
    this.batches.observe({ stage: stage.name }, seconds);
  };

  handled: NonNullable<StageObserver['handled']> = (stage, seconds) => {
    this.handlers.observe({ stage: stage.name }, seconds);
  };

  retrying: NonNullable<StageObserver['retrying']> = (stage, error_class) => {
    this.retries.inc({ stage: stage.name, error_class });
  };

  paused: NonNullable<StageObserver['paused']> = (stage, dependency) => {
    this.pausedFor.set(stage.name, dependency);
    this.pauses.set({ stage: stage.name, dependency }, 1);
  };

  resumed: NonNullable<StageObserver['resumed']> = (stage) => {
    const dependency = this.pausedFor.get(stage.name);
    if (dependency !== undefined) this.pauses.set({ stage: stage.name, dependency }, 0);
  };

  /** The metric of a definition; its labels are those of the definition, which the caller's type holds it to. */
  private once<M>(
    { name, help, labels = {} }: MetricDefinition,
    make: (options: { name: string; help: string; labelNames: string[]; registers: Registry[] }) => Metric,
  ): M {
    const known =
      this.made.get(name) ?? make({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
    this.made.set(name, known);
    return known as M;
  }
}

/** A reading of counts by the values of one label: those that were not met count 0. */
export function countsOf<Label extends string, Value extends string>(
  values: readonly Value[],
  label: Label,
  counts: ReadonlyMap<string, number>,
): [Record<Label, Value>, number][] {
  return values.map((value) => [{ [label]: value } as Record<Label, Value>, counts.get(value) ?? 0]);
}

type Sample = readonly [labels: Record<string, string>, value: number];

function samplesOf(reading: number | Iterable<Sample> | undefined): Iterable<Sample> {
  if (reading === undefined) return [];
  return typeof reading === 'number' ? [[{}, reading]] : reading;
}
