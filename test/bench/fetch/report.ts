import { cpus } from 'node:os';
import type { FeedsResult } from './feeds.ts';
import type { PagesResult } from './pages.ts';

export interface Results {
  feeds: FeedsResult[];
  pages: PagesResult[];
}

/** The report as Markdown. */
export function report({ feeds, pages }: Results): string {
  const sections = [`Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}.`];
  if (feeds.length > 0) sections.push(feedTable(feeds));
  if (pages.length > 0) sections.push(pageTable(pages));
  return `${sections.join('\n\n')}\n`;
}

function feedTable(results: readonly FeedsResult[]): string {
  return table([
    ['Feeds', ...results.map(({ sources }) => `${grouped(sources)} sources`)],
    ['feeds and sitemaps', ...results.map(({ feeds }) => grouped(feeds))],
    ['interval', ...results.map(({ intervalSeconds }) => `${intervalSeconds} s`)],
    ['looks counted (a second)', ...results.map(({ looks, rate }) => `${grouped(looks)} (${rate.toFixed(1)})`)],
    [
      'from look to look, in intervals: p50 / p99 / longest (goal: 1.2)',
      ...results.map(({ stretch: { p50, p99, max } }) => [p50, p99, max].map((value) => value.toFixed(2)).join(' / ')),
    ],
    ['feeds over 1.2 intervals', ...results.map(({ late }) => String(late))],
    ['feeds never looked at', ...results.map(({ unseen }) => String(unseen))],
    ...partRows('CPU ms a look', results, ({ cpuMsPerLook }) => cpuMsPerLook),
    ['memory of the fetcher (RSS, most)', ...results.map(({ usage }) => `${usage.rssMb} MB`)],
    ...beside(results),
  ]);
}

function pageTable(results: readonly PagesResult[]): string {
  return table([
    ['Pages', ...results.map(({ fetchers }) => (fetchers === 1 ? 'one fetcher' : `${fetchers} fetchers`))],
    ['pages fetched, hosts', ...results.map(({ fetched, budget }) => `${grouped(fetched)}, ${budget.hosts}`)],
    ['asked for twice / never', ...results.map(({ doubled, missing }) => `${doubled} / ${missing}`)],
    [
      'pages a second (middle eight tenths)',
      ...results.map(({ rate, steadyRate }) => `${rate.toFixed(0)} (${steadyRate.toFixed(0)})`),
    ],
    [
      'pages a second that two cores of their own would give by the CPU time',
      ...results.map(({ cpuMsPerPage }) => (2000 / totalOf(cpuMsPerPage)).toFixed(0)),
    ],
    [
      'requests of a host closer than its interval',
      ...results.map(({ budget, intervalMs }) => `${budget.tooEarly} (interval ${intervalMs} ms)`),
    ],
    ['least time between two requests of a host', ...results.map(({ budget }) => `${budget.leastGapMs.toFixed(1)} ms`)],
    ['most requests of a host in ten seconds, a second', ...results.map(({ budget }) => budget.busiestRate.toFixed(1))],
    ['requests that robots.txt forbids', ...results.map(({ forbidden }) => String(forbidden))],
    ...partRows('CPU ms a page', results, ({ cpuMsPerPage }) => cpuMsPerPage),
    ['memory of a fetcher (RSS, most)', ...results.map(({ usage }) => `${usage.rssMb} MB`)],
    ...beside(results),
  ]);
}

/** One row a part, and their sum. */
function partRows<T>(title: string, results: readonly T[], of: (result: T) => Record<string, number>): string[][] {
  const names = [...new Set(results.flatMap((result) => Object.keys(of(result))))];
  return [
    ...names.map((name) => [`${title}: ${name}`, ...results.map((result) => of(result)[name]?.toFixed(2) ?? '')]),
    [`**${title}**`, ...results.map((result) => `**${totalOf(of(result)).toFixed(2)}**`)],
  ];
}

function beside(results: readonly Pick<FeedsResult, 'usage'>[]): string[][] {
  return [
    ['load average of the machine at the end', ...results.map(({ usage }) => usage.load.toFixed(1))],
    [
      'cores that all parts together had',
      ...results.map(({ usage }) => (totalOf(usage.cpuMs) / usage.seconds / 1000).toFixed(2)),
    ],
  ];
}

function totalOf(parts: Record<string, number>): number {
  return Object.values(parts).reduce((sum, ms) => sum + ms, 0);
}

function table([head, ...rows]: readonly string[][]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(head!), row(head!.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function machine(): string {
  return `${cpus().length} virtual cores (${cpus()[0]?.model.trim()}), Node ${process.version.slice(1)}`;
}
