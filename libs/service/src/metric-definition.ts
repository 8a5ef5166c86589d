/** Values of a label: the closed list of them, or in words where definitions elsewhere close it. */
export type LabelValues = string | readonly string[];

/**
 * One metric of newsmill, defined once: what is exported, the reference page, and what dashboards and alerts may ask for
 * follow from it. Values of labels come from closed lists, never from what comes in: how many series there are does not
 * depend on sources, hosts, publishers or keys.
 */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** A sentence. */
  readonly help: string;
  readonly labels?: Readonly<Record<string, LabelValues>>;
  /** Upper bounds of a histogram, ascending, in the unit that the name tells. */
  readonly buckets?: readonly number[];
}

/** The labels that a sample of the metric must carry. */
export type LabelsOf<D extends MetricDefinition> = {
  [Label in keyof D['labels']]: D['labels'][Label] extends readonly (infer Value)[] ? Value : string;
};

/** The arguments of a metric that may have labels: with labels they stand first. */
export type WithLabels<D extends MetricDefinition, Rest extends unknown[]> = D extends { labels: object }
  ? [labels: LabelsOf<D>, ...Rest]
  : Rest;

const NAME = /^newsmill_[a-z][a-z0-9_]*$/;
const LABEL = /^[a-z][a-z_]*$/;
/** Labels that Prometheus or its targets set. */
const RESERVED = new Set(['le', 'quantile', 'job', 'instance', 'namespace', 'pod', 'service']);

/**
 * Definitions of a module's metrics, by how the code calls them.
 * @throws TypeError for a name that is not of Prometheus's conventions
 */
export function defineMetrics<const D extends Readonly<Record<string, MetricDefinition>>>(definitions: D): D {
  for (const definition of Object.values(definitions)) check(definition);
  return definitions;
}

/** Whether every value of every label is known beforehand; then all series of a counter are there from the start. */
export function seriesOf({ labels = {} }: MetricDefinition): Record<string, string>[] | undefined {
  let all: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (typeof values === 'string') return undefined;
    all = all.flatMap((series) => values.map((value) => ({ ...series, [label]: value })));
  }
  return all;
}

function check({ name, type, help, labels = {}, buckets }: MetricDefinition): void {
  const refuse = (why: string): never => {
    throw new TypeError(`metric ${name}: ${why}`);
  };
  if (!NAME.test(name)) refuse('use newsmill_ and lower-case letters, digits and _');
  if (name.endsWith('_total') !== (type === 'counter')) refuse('counters, and they alone, end in _total');
  if (!help.endsWith('.')) refuse('help is a sentence');
  if ((type === 'histogram') !== (buckets !== undefined)) refuse('histograms, and they alone, have buckets');
  if (buckets?.some((bound, index) => index > 0 && bound <= buckets[index - 1]!)) refuse('buckets must ascend');
  if (type === 'histogram' && !/_(seconds|bytes)$/.test(name)) refuse('a histogram ends in its base unit');
  for (const label of Object.keys(labels)) {
    if (!LABEL.test(label) || RESERVED.has(label))
      refuse(`label "${label}" is reserved, or not lower-case letters and _`);
  }
}
