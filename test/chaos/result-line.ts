import type { RowResult } from './run-row.ts';

/** A row's outcome in a few lines. */
export function resultLine({
  row,
  passed,
  articles,
  evidence,
  recoverySeconds,
  seconds,
  check,
  ...rest
}: RowResult): string {
  const { kills, faults, retries, abortedTransactions, redelivered, leastInFlight, figures } = evidence;
  const rss = Object.entries(rest.maxRssMb).map(([name, mb]) => `${name} ${mb}`);
  const lines = [
    `row ${row}: ${passed ? 'passed' : 'FAILED'} (${seconds} s)`,
    `${articles} articles, ${kills} kills, ${faults} other faults, at least ${leastInFlight} in flight`,
    `${abortedTransactions} aborted transactions, ${redelivered} redelivered, ${retries} retries; recovered in ${recoverySeconds} s`,
    ...(check === undefined
      ? []
      : [
          `${check.lost} lost, ${check.duplicates} duplicates, ${check.unknown} unknown, ${check.altered} altered; ${check.publicRepeats} repeats on public topics`,
          `database: ${check.account.database}; metrics: ${check.account.metrics}`,
        ]),
    `memory, MB at most: ${rss.join(', ')}`,
    ...Object.entries(figures).map(([name, value]) => `${name}: ${value}`),
    ...rest.problems.map((problem) => `PROBLEM: ${problem}`),
  ];
  return lines.join('\n    ');
}
