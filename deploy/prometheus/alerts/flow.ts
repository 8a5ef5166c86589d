import { stages } from '@newsmill/standalone';
import type { RuleGroup } from '../alert.ts';

/** What brings a thing received to an end. */
const answered = 'newsmill_stage_events_total{stage!="record",outcome!~"emitted|deferred"}';

/**
 * What waits for less than this, in front of every stage, explains no silence of ten minutes: neither the event nor the
 * report of it, which waits as well.
 */
const SHORT_SECONDS = 300;

/** Every stage tells how long the oldest has waited; those that are named, something else. */
const waits = (others: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    stages.map(({ name }) => [`newsmill_stage_lag_seconds{namespace="news",stage="${name}"}`, others[name] ?? '2x120']),
  );

export const flow: RuleGroup = {
  name: 'newsmill-flow',
  rules: [
    {
      name: 'NewsmillIntakeStopped',
      severity: 'warning',
      for: '15m',
      // Not "== 0": of doors that are gone nothing is told.
      expr: `sum by (namespace) (increase(newsmill_received_total[1d] offset 1h)) > 0
unless sum by (namespace) (increase(newsmill_received_total[1h])) > 0`,
      summary: 'nothing has come in for an hour, and {{ $value | humanize }} things did in the day before',
      description:
        'No door has received anything, or there is none. Are feeds polled, may newsrooms push, does a fetcher run?',
      proof: {
        series: { 'newsmill_received_total{namespace="news",door="feed"}': '0+10x60 600x120 610+10x60' },
        fires: '150m',
        clears: '190m',
      },
      also: [
        {
          of: 'with the fetcher gone',
          series: { 'newsmill_received_total{namespace="news",door="feed"}': '0+10x60 _x120 610+10x60' },
          fires: '150m',
          clears: '190m',
        },
      ],
    },
    {
      name: 'NewsmillFlowStopped',
      severity: 'critical',
      for: '10m',
      // A process that was not there half an hour ago has counted all that it tells since, also before it was asked first.
      expr: `sum by (namespace) (increase(newsmill_received_total[30m])) > 0
unless
  sum by (namespace) (increase(${answered}[30m])) > 0
unless
  sum by (namespace) (${answered} unless ${answered} offset 30m) > 0`,
      summary: '{{ $value | humanize }} things came in within half an hour, and nothing was answered for',
      description: 'Nothing is stored, rejected, or put with the dead letters: a stage stands, or all of them do.',
      proof: {
        series: {
          'newsmill_received_total{namespace="news",door="push"}': '0+10x200',
          'newsmill_stage_events_total{namespace="news",stage="store",outcome="done"}': '0+10x30 300x90 310+10x60',
          'newsmill_stage_events_total{namespace="news",stage="parse",outcome="emitted"}': '0+10x200',
        },
        fires: '80m',
        clears: '125m',
      },
      also: [
        {
          of: 'not after a start of the store where little comes in',
          series: {
            'newsmill_received_total{namespace="news",door="push"}': '0x40 1x180',
            'newsmill_stage_events_total{namespace="news",stage="store",outcome="done",instance="a"}': '0x20 _x200',
            'newsmill_stage_events_total{namespace="news",stage="store",outcome="done",instance="b"}':
              '_x22 0x18 1x180',
          },
          quiet: '200m',
        },
        {
          of: 'not where the first look at a new store finds that it has stored',
          series: {
            'newsmill_received_total{namespace="news",door="push"}': '0x40 1x180',
            'newsmill_stage_events_total{namespace="news",stage="store",outcome="done",instance="b"}': '_x41 1x180',
          },
          quiet: '200m',
        },
        {
          of: 'a store that has started and stores nothing',
          series: {
            'newsmill_received_total{namespace="news",door="push"}': '0+1x200',
            'newsmill_stage_events_total{namespace="news",stage="store",outcome="done",instance="b"}':
              '_x40 0x60 0+1x100',
          },
          fires: '60m',
          goesOn: '95m',
          clears: '105m',
        },
      ],
    },
    {
      name: 'NewsmillLagWithoutProgress',
      severity: 'critical',
      for: '5m',
      expr: `(
  max by (namespace, stage) (newsmill_stage_lag) > 0
  and max by (namespace, stage) (newsmill_stage_lag_seconds) > 600
)
unless sum by (namespace, stage) (increase(newsmill_stage_events_total[10m])) > 0`,
      summary: '{{ $value }} events wait for {{ $labels.stage }}, which settles none',
      description:
        'The oldest has waited for more than 10 minutes. The stage hangs, waits, or may not read its topic. Of a stage without a ' +
        'process nobody tells what waits: NewsmillServiceMissing.',
      proof: {
        series: {
          'newsmill_stage_lag{namespace="news",stage="store"}': '0x10 50x40 0x20',
          'newsmill_stage_lag_seconds{namespace="news",stage="store"}': '0x10 0+60x40 0x20',
          'newsmill_stage_events_total{namespace="news",stage="store",outcome="done"}': '0+10x10 100x40 110+10x20',
        },
        fires: '35m',
        clears: '56m',
        labels: { namespace: 'news', stage: 'store' },
      },
    },
    {
      name: 'NewsmillDeadLettersRising',
      severity: 'warning',
      for: '1m',
      expr: 'sum by (namespace, stage) (increase(newsmill_stage_dead_letters_total[15m])) > 5',
      summary: '{{ $labels.stage }} has put {{ $value | humanize }} events with its dead letters within 15 minutes',
      description: 'These articles are not stored. "newsmill dead-letters list" groups them by what failed.',
      proof: {
        series: {
          'newsmill_stage_dead_letters_total{namespace="news",stage="parse",error_class="handler"}':
            '0x10 0+2x20 40x40',
        },
        fires: '30m',
        clears: '60m',
        labels: { namespace: 'news', stage: 'parse' },
      },
    },
    {
      name: 'NewsmillDeadLettersWaiting',
      severity: 'warning',
      for: '1d',
      // Of pages of others some can always not be had.
      expr: `max by (namespace, stage) (newsmill_dead_letters_waiting{stage!="fetch"}) > 0
or
  max by (namespace, stage) (newsmill_dead_letters_waiting{stage="fetch"})
  > 0.05 * sum by (namespace, stage) (increase(newsmill_stage_events_total{stage="fetch",outcome!="deferred"}[1d]))`,
      summary: '{{ $value }} dead letters of {{ $labels.stage }} have waited for a day',
      description:
        'Nobody has re-driven or dropped them. They are forgotten after 30 days. Of the stage fetch, whose letters are mostly ' +
        'pages of sites that are ill, it is told when they are more than 5 % of what it settles in a day.',
      proof: {
        interval: '30m',
        series: { 'newsmill_dead_letters_waiting{namespace="news",stage="parse"}': '0x2 3x60 0x5' },
        fires: '1800m',
        clears: '1950m',
        labels: { namespace: 'news', stage: 'parse' },
      },
      also: [
        {
          of: 'of the stage fetch when they are many',
          interval: '30m',
          series: {
            'newsmill_dead_letters_waiting{namespace="news",stage="fetch"}': '30x60 300x60 30x5',
            'newsmill_stage_events_total{namespace="news",stage="fetch",outcome="emitted"}': '0+50x130',
          },
          fires: '3570m',
          clears: '3690m',
          labels: { namespace: 'news', stage: 'fetch' },
        },
        {
          of: 'not of some of the stage fetch',
          interval: '30m',
          series: {
            'newsmill_dead_letters_waiting{namespace="news",stage="fetch"}': '30x130',
            'newsmill_stage_events_total{namespace="news",stage="fetch",outcome="emitted"}': '0+50x130',
          },
          quiet: '3690m',
        },
      ],
    },
    {
      name: 'NewsmillConservationBroken',
      severity: 'critical',
      for: '15m',
      // Of a stage without a process nobody tells what waits.
      expr: `max by (namespace) (newsmill_receipts_silent) > 0
and on (namespace) max by (namespace) (newsmill_stage_lag_seconds) < ${SHORT_SECONDS}
and on (namespace) count by (namespace) (group by (namespace, stage) (newsmill_stage_lag_seconds)) == ${stages.length}
and on (namespace) min by (namespace) (newsmill_dependency_up) == 1`,
      summary: '{{ $value }} things received are not answered for, and no stage has so much that waits',
      description:
        'received = stored + unchanged + rejected + withdrawn + dead + held + in flight does not close. "newsmill status" names some ' +
        'of them, "newsmill trace" tells how far each came.',
      proof: {
        of: 'also while new things come and go',
        series: {
          'newsmill_receipts_silent{namespace="news"}': '0x10 2x40 0x10',
          ...waits(),
          'newsmill_dependency_up{namespace="news",dependency="log"}': '1x70',
        },
        fires: '30m',
        goesOn: '50m',
        clears: '53m',
      },
      also: [
        {
          of: 'not while things wait for a stage',
          series: {
            'newsmill_receipts_silent{namespace="news"}': '2x100',
            ...waits({ parse: '900x100' }),
            'newsmill_dependency_up{namespace="news",dependency="log"}': '1x100',
          },
          quiet: '90m',
        },
        {
          of: 'not while a service is away',
          series: {
            'newsmill_receipts_silent{namespace="news"}': '0x10 2x90',
            ...waits({ enrich: '0x10 _x100' }),
            'newsmill_dependency_up{namespace="news",dependency="log"}': '1x100',
          },
          quiet: '90m',
        },
      ],
    },
    {
      name: 'NewsmillOutboxBacklog',
      severity: 'critical',
      for: '5m',
      expr: 'max by (namespace) (newsmill_outbox_oldest_seconds) > 300',
      summary: 'a change has been stored for {{ $value | humanizeDuration }} and subscribers are not told of it',
      description: 'The relay of the store cannot publish to the public topics, or does not keep up.',
      proof: {
        series: { 'newsmill_outbox_oldest_seconds{namespace="news"}': '0x5 300+60x20 0x5' },
        fires: '20m',
        clears: '30m',
      },
    },
  ],
};
