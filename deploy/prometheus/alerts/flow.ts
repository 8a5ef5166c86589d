import type { RuleGroup } from '../alert.ts';

export const flow: RuleGroup = {
  name: 'newsmill-flow',
  rules: [
    {
      name: 'NewsmillIntakeStopped',
      severity: 'warning',
      for: '15m',
      expr: `sum by (namespace) (increase(newsmill_received_total[1h])) == 0
and sum by (namespace) (increase(newsmill_received_total[1d] offset 1h)) > 0`,
      summary: 'nothing has come in for an hour',
      description:
        'No door has received anything, and in the day before they have. Are feeds polled, may newsrooms push?',
      proof: {
        series: { 'newsmill_received_total{namespace="news",door="feed"}': '0+10x60 600x120 610+10x60' },
        fires: '150m',
        clears: '190m',
      },
    },
    {
      name: 'NewsmillFlowStopped',
      severity: 'critical',
      for: '10m',
      expr: `sum by (namespace) (increase(newsmill_received_total[30m])) > 0
unless
  sum by (namespace) (increase(newsmill_stage_events_total{stage!="record",outcome!~"emitted|deferred"}[30m])) > 0`,
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
        'The oldest has waited for more than 10 minutes. The stage has no process, hangs, or may not read its topic.',
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
      expr: 'max by (namespace, stage) (newsmill_dead_letters_waiting) > 0',
      summary: '{{ $value }} dead letters of {{ $labels.stage }} have waited for a day',
      description: 'Nobody has re-driven or dropped them. They are forgotten after 30 days.',
      proof: {
        interval: '30m',
        series: { 'newsmill_dead_letters_waiting{namespace="news",stage="fetch"}': '0x2 3x60 0x5' },
        fires: '1800m',
        clears: '1950m',
        labels: { namespace: 'news', stage: 'fetch' },
      },
    },
    {
      name: 'NewsmillConservationBroken',
      severity: 'critical',
      for: '15m',
      expr: `max by (namespace) (newsmill_receipts_silent) > 0
and on (namespace) sum by (namespace) (newsmill_stage_lag) == 0
and on (namespace) min by (namespace) (newsmill_dependency_up) == 1
unless on (namespace) max by (namespace) (newsmill_deferred_links) > 0`,
      summary: '{{ $value }} things received are not answered for, and nothing waits for any stage',
      description:
        'received = stored + unchanged + rejected + withdrawn + dead + held + in flight does not close. "newsmill status" names some ' +
        'of them, "newsmill trace" tells how far each came.',
      proof: {
        series: {
          'newsmill_receipts_silent{namespace="news"}': '0x10 2x40 0x10',
          'newsmill_stage_lag{namespace="news",stage="store"}': '0x70',
          'newsmill_dependency_up{namespace="news",dependency="log"}': '1x70',
          'newsmill_deferred_links{namespace="news"}': '0x70',
        },
        fires: '30m',
        clears: '53m',
      },
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
