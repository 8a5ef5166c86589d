import { publisherOf, type GoldSet } from '../gold.ts';
import { harmonicMean } from '../score/page-score.ts';
import type { Row } from './row.ts';

const RESAMPLES = 4000;

export interface Interval {
  low: number;
  high: number;
}

/** How far a score depends on which publishers happen to be in the set. */
export interface Spread {
  publishers: number;
  f1: number;
  /** 95 % of the resamples lie within. */
  interval: Interval;
  /** Extremes of F1 with one publisher left out, and whose absence makes it. */
  without: { lowest: { publisher: string; f1: number }; highest: { publisher: string; f1: number } };
}

/** Spread of one row over the publishers of some pages. */
export function spreadOf(row: Row, gold: GoldSet, ids: readonly string[]): Spread {
  const clusters = clustersOf(row, gold, ids);
  const all = [...clusters.values()];
  const left = [...clusters]
    .map(([publisher, cluster]) => ({ publisher, f1: f1Of(all.filter((one) => one !== cluster)) }))
    .sort((a, b) => a.f1 - b.f1);
  return {
    publishers: all.length,
    f1: f1Of(all),
    interval: middle(resamples(all.length).map((picks) => f1Of(picks.map((pick) => all[pick]!)))),
    without: { lowest: left[0]!, highest: left.at(-1)! },
  };
}

/** 95 % interval of F1 of one row less that of another, both on the same resamples. */
export function differenceInterval(one: Row, other: Row, gold: GoldSet, ids: readonly string[]): Interval {
  const [a, b] = [one, other].map((row) => [...clustersOf(row, gold, ids).values()]) as [Cluster[], Cluster[]];
  return middle(
    resamples(a.length).map((picks) => f1Of(picks.map((pick) => a[pick]!)) - f1Of(picks.map((pick) => b[pick]!))),
  );
}

/** Sums over the pages of one publisher. */
interface Cluster {
  precision: number;
  precisions: number;
  recall: number;
  recalls: number;
}

function clustersOf({ scores }: Row, gold: GoldSet, ids: readonly string[]): Map<string, Cluster> {
  const clusters = new Map<string, Cluster>();
  for (const id of ids) {
    const publisher = publisherOf(id, gold.get(id)!);
    const cluster = clusters.get(publisher) ?? { precision: 0, precisions: 0, recall: 0, recalls: 0 };
    clusters.set(publisher, cluster);
    const { precision, recall } = scores?.get(id)?.body ?? {};
    if (precision !== undefined) {
      cluster.precision += precision;
      cluster.precisions += 1;
    }
    if (recall !== undefined) {
      cluster.recall += recall;
      cluster.recalls += 1;
    }
  }
  return clusters;
}

function f1Of(clusters: readonly Cluster[]): number {
  const sum: Cluster = { precision: 0, precisions: 0, recall: 0, recalls: 0 };
  for (const cluster of clusters) {
    sum.precision += cluster.precision;
    sum.precisions += cluster.precisions;
    sum.recall += cluster.recall;
    sum.recalls += cluster.recalls;
  }
  return harmonicMean(sum.precision / Math.max(1, sum.precisions), sum.recall / Math.max(1, sum.recalls));
}

/** The same draws at every run: a report changes only with what it reports. */
function resamples(size: number): number[][] {
  const random = randomNumbers(1);
  return Array.from({ length: RESAMPLES }, () => Array.from({ length: size }, () => Math.floor(random() * size)));
}

/** Park and Miller's minimal standard generator: uniform from 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function middle(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { low: at(0.025), high: at(0.975) };
}
