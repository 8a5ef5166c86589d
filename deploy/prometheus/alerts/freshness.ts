import type { RecordingRule, RuleGroup } from '../alert.ts';

/** The objective: this part of what is received is stored within so many seconds. A bucket of the histogram. */
export const OBJECTIVE = 0.99;
export const WITHIN_SECONDS = 600;

const BUDGET = Number((1 - OBJECTIVE).toFixed(6));
const COUNTED = 'mode!="import"';
const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** Prometheus 3 writes whole bounds as 600.0. */
const bound = `${WITHIN_SECONDS}(\\\\.0)?`;

/** The part of what was stored in a window that was stored too late. */
export function lateRatio(window: string, by = 'namespace', more = ''): string {
  return `1 - (
  sum by (${by}) (rate(newsmill_received_to_stored_seconds_bucket{le=~"${bound}",${COUNTED}${more}}[${window}]))
    / sum by (${by}) (rate(newsmill_received_to_stored_seconds_count{${COUNTED}${more}}[${window}]))
)`;
}

const recordOf = (window: string): string => `newsmill:freshness_late:ratio_rate${window}`;
const ratios = WINDOWS.map((window): RecordingRule => ({ record: recordOf(window), expr: lateRatio(window) }));

/** Both windows burn the budget so many times faster than it lasts (Google, The Site Reliability Workbook, chapter 5). */
const burns = (long: (typeof WINDOWS)[number], short: (typeof WINDOWS)[number], factor: number): string =>
  `(${recordOf(long)} > ${factor} * ${BUDGET} and ${recordOf(short)} > ${factor} * ${BUDGET})`;

/** One late article of a handful is no trend. */
const enough = 'newsmill:freshness_events:increase6h >= 20';

const count = 'newsmill_received_to_stored_seconds_count{namespace="news",mode="feed"}';
const bucket = `newsmill_received_to_stored_seconds_bucket{namespace="news",mode="feed",le="${WITHIN_SECONDS}"}`;

export const freshness: RuleGroup[] = [
  {
    name: 'newsmill-freshness-objective',
    rules: [
      ...ratios,
      {
        record: 'newsmill:freshness_events:increase6h',
        expr: `sum by (namespace) (increase(newsmill_received_to_stored_seconds_count{${COUNTED}}[6h]))`,
      },
    ],
  },
  {
    name: 'newsmill-freshness',
    rules: [
      {
        name: 'NewsmillFreshnessBurnsFast',
        severity: 'critical',
        for: '2m',
        expr: `(
  ${burns('1h', '5m', 14.4)}
  or ${burns('6h', '30m', 6)}
)
and on (namespace) ${enough}`,
        summary:
          '{{ $value | humanizePercentage }} of what is received is stored too late: the budget of a month is gone in days',
        description:
          'The objective is that 99 % of what is received at a door, imports left out, is stored within 10 minutes. Articles reach ' +
          'subscribers late now. Look for the stage with the oldest event that waits.',
        proof: {
          series: { [count]: '0+10x600', [bucket]: '0+10x60 602+2x59 730+10x479' },
          fires: '115m',
          clears: '160m',
        },
      },
      {
        name: 'NewsmillFreshnessBurnsSlowly',
        severity: 'warning',
        for: '30m',
        expr: `(
  ${burns('1d', '2h', 3)}
  or ${burns('3d', '6h', 1)}
)
and on (namespace) ${enough}`,
        summary: '{{ $value | humanizePercentage }} of what is received is stored too late, for hours already',
        description:
          'The objective is that 99 % of what is received at a door, imports left out, is stored within 10 minutes. At this rate it ' +
          'is missed this month. Most often a stage needs more replicas, or a few hosts hold up their links.',
        proof: {
          interval: '5m',
          series: { [count]: '0+100x600', [bucket]: '0+95x300 28600+100x299' },
          fires: '1000m',
          clears: '1920m',
        },
      },
    ],
  },
];
