import type { Stage } from '@newsmill/stage';

/** Values of metrics by name and labels, as Prometheus prints them. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What the processes have counted since they started, added up. */
export interface Counters {
  /** By door. */
  received: Record<string, number>;
  /** By stage and outcome; outcomes that have not been met are left out. */
  settled: Record<string, Record<string, number>>;
  /** Events that came back from the dead letters. */
  redriven: number;
  /** Refused at doors without the log's word: they may be on it, and are answered for then. */
  unconfirmed: number;
  /** Settled for good, and brought by a replay: answered for before. */
  replayed: number;
  /** Settled for good, and belonging to nothing received. */
  strays: number;
  /** When the youngest process started: counters of a process begin at 0 with it. */
  countedFrom: Date | undefined;
}

/** Reads the Prometheus text format (0.0.4); what it cannot read it leaves out. */
export function readSamples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})? (\S+)$/.exec(line.trim()) ?? [];
    if (name === undefined || Number.isNaN(Number(value))) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key!, text!]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
}

/** @param texts the answers of `/metrics` of every process of a deployment */
export function countersOf(texts: readonly string[], stages: readonly Stage[]): Counters {
  const reporting = new Set(stages.filter(({ reports }) => reports).map(({ name }) => name));
  const counters: Counters = {
    received: {},
    settled: {},
    redriven: 0,
    replayed: 0,
    unconfirmed: 0,
    strays: 0,
    countedFrom: undefined,
  };
  for (const { name, labels, value } of texts.flatMap(readSamples)) {
    const { door = '', stage = '', outcome = '' } = labels;
    if (name === 'newsmill_received_total') counters.received[door] = (counters.received[door] ?? 0) + value;
    if (name === 'newsmill_unconfirmed_total') counters.unconfirmed += value;
    if (name === 'newsmill_redriven_total' && reporting.has(stage)) counters.redriven += value;
    if (name === 'newsmill_replayed_events_total' && reporting.has(stage) && outcome !== 'emitted') {
      counters.replayed += value;
    }
    if (name === 'newsmill_stray_events_total' && outcome !== 'emitted') counters.strays += value;
    if (name === 'newsmill_stage_events_total' && value > 0) {
      const ofStage = (counters.settled[stage] ??= {});
      ofStage[outcome] = (ofStage[outcome] ?? 0) + value;
    }
    if (name === 'process_start_time_seconds') {
      const startedAt = new Date(value * 1000);
      if (counters.countedFrom === undefined || startedAt > counters.countedFrom) counters.countedFrom = startedAt;
    }
  }
  return counters;
}

/** Things received at doors. */
export function receivedIn({ received }: Counters): number {
  return sum(Object.values(received));
}

/**
 * Things that have been received or re-driven, less those that have come to an end: 0 when all are answered for. Below 0
 * when work was repeated after a crash.
 */
export function openIn(counters: Counters, stages: readonly Stage[]): number {
  const ends = stages
    .filter(({ reports }) => reports)
    .flatMap(({ name }) => Object.entries(counters.settled[name] ?? {}))
    .filter(([outcome]) => outcome !== 'emitted' && outcome !== 'deferred');
  const { redriven, replayed, strays } = counters;
  return receivedIn(counters) + redriven - (sum(ends.map(([, count]) => count)) - replayed - strays);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
