/** What the variables of the dashboard choose. */
const CHOSEN = 'namespace=~"$namespace",job=~"$job"';

/** Samples of a metric of the chosen processes. */
export function of(metric: string, matchers = ''): string {
  return `${metric}{${CHOSEN}${matchers && `,${matchers}`}}`;
}

/** A second, over the processes, of a counter. */
export function rate(metric: string, by: string, matchers = ''): string {
  return `sum by (${by}) (rate(${of(metric, matchers)}[$__rate_interval]))`;
}

/** In the time that is shown, over the processes and all series, of a counter; 0 where there is none. */
export function grown(metric: string, matchers = ''): string {
  return `(sum(increase(${of(metric, matchers)}[$__range])) or vector(0))`;
}

/** Of a gauge that each process tells alike, over all. */
export function once(metric: string, by = '', matchers = ''): string {
  return by === '' ? `max(${of(metric, matchers)})` : `max by (${by}) (${of(metric, matchers)})`;
}

/** Under which so large a part of a histogram's observations lies. */
export function quantile(part: number, histogram: string, by: string, matchers = ''): string {
  const buckets = `rate(${of(`${histogram}_bucket`, matchers)}[$__rate_interval])`;
  return `histogram_quantile(${part}, sum by (le, ${by}) (${buckets}))`;
}
