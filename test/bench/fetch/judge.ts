import type { LoggedRequest } from '../../support/stub-web/stub-web.ts';

export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

/**
 * Time from look to look at each of these addresses, from the arrival of one request to that of the next, in milliseconds.
 * The time since the last look counts as well where it is longer: a feed that is forgotten is late.
 *
 * @param from looks before this time do not count
 * @param to the end of the observation; both by the clock of the log
 */
export function looksOf(
  requests: readonly LoggedRequest[],
  addresses: ReadonlySet<string>,
  { from, to }: { from: number; to: number },
): { looks: number; unseen: number; gaps: number[] } {
  const last = new Map<string, number>();
  const gaps: number[] = [];
  let looks = 0;
  for (const { host, path, startedAt } of byArrival(requests)) {
    const address = host + path;
    if (!addresses.has(address) || startedAt > to) continue;
    const before = last.get(address);
    last.set(address, startedAt);
    if (startedAt < from) continue;
    looks += 1;
    if (before !== undefined) gaps.push(startedAt - before);
  }
  const longest = Math.max(0, ...gaps);
  for (const at of last.values()) if (to - at > longest) gaps.push(to - at);
  return { looks, unseen: addresses.size - last.size, gaps };
}

export interface HostVerdict {
  hosts: number;
  requests: number;
  /** Least milliseconds between the arrivals of two requests of a host, whatever they ask for. */
  leastGapMs: number;
  /** Requests that came earlier after the one before than the interval. */
  tooEarly: number;
  /** Most requests of a host within any ten seconds, a second. */
  busiestRate: number;
}

const RATE_MS = 10_000;

/** Whether each host's budget was kept. */
export function judgeHosts(requests: readonly LoggedRequest[], intervalMs: number): HostVerdict {
  const hosts = Map.groupBy(byArrival(requests), ({ host }) => host);
  let [leastGapMs, tooEarly, most] = [Infinity, 0, 0];
  for (const ofHost of hosts.values()) {
    for (let index = 0, first = 0; index < ofHost.length; index += 1) {
      const at = ofHost[index]!.startedAt;
      while (at - ofHost[first]!.startedAt >= RATE_MS) first += 1;
      most = Math.max(most, index - first + 1);
      const gap = index === 0 ? Infinity : at - ofHost[index - 1]!.startedAt;
      leastGapMs = Math.min(leastGapMs, gap);
      if (gap < intervalMs) tooEarly += 1;
    }
  }
  return {
    hosts: hosts.size,
    requests: requests.length,
    leastGapMs,
    tooEarly,
    busiestRate: (most * 1000) / RATE_MS,
  };
}

export interface PageVerdict {
  /** Pages that were asked for and given. */
  fetched: number;
  /** Of the pages wanted, those asked for more than once. */
  doubled: number;
  /** … and not at all. */
  missing: number;
  forbidden: number;
  /** Seconds from the first request for a page to the last answer. */
  seconds: number;
  /** Pages a second over that time, and while the middle eight tenths came. */
  rate: number;
  steadyRate: number;
}

/** Whether each page was fetched, and fetched once. */
export function judgePages(requests: readonly LoggedRequest[], wanted: ReadonlySet<string>): PageVerdict {
  const counts = new Map<string, number>();
  const ends: number[] = [];
  let first = Infinity;
  for (const { host, path, status, startedAt, endedAt } of requests) {
    const address = host + path;
    if (!wanted.has(address)) continue;
    counts.set(address, (counts.get(address) ?? 0) + 1);
    first = Math.min(first, startedAt);
    if (status === 200) ends.push(endedAt);
  }
  ends.sort((a, b) => a - b);
  const [low, high] = [Math.floor(ends.length * 0.1), Math.ceil(ends.length * 0.9) - 1];
  const seconds = ((ends.at(-1) ?? first) - first) / 1000;
  return {
    fetched: ends.length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    missing: wanted.size - counts.size,
    forbidden: requests.filter(({ forbidden }) => forbidden).length,
    seconds,
    rate: ends.length / seconds,
    steadyRate: ((high - low) * 1000) / (ends[high]! - ends[low]!),
  };
}

function byArrival(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return requests.toSorted((a, b) => a.startedAt - b.startedAt);
}
