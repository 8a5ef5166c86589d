import { services } from '@newsmill/standalone';
import type { RecordingRule, RuleGroup } from '../alert.ts';

const certificate = 'newsmill_certificate_expiry_timestamp_seconds{namespace="news",peer="kafka",use="client"}';
const DAY = 86_400;

/** Of each service by itself: which of them share a process may change without one being missed. */
const present = services.map(({ name }): RecordingRule => {
  return {
    record: 'newsmill:service_processes:count',
    expr: `count by (namespace) (newsmill_build_info{services=~"(.+[+])?${name}([+].+)?"})`,
    labels: { services: name },
  };
});

export const processes: RuleGroup = {
  name: 'newsmill-processes',
  rules: [
    ...present,
    {
      name: 'NewsmillTargetDown',
      severity: 'critical',
      for: '5m',
      expr: 'up{job="newsmill"} == 0',
      summary: '{{ $labels.instance }} does not answer Prometheus',
      description: 'The process is down, hangs, or may not be reached by Prometheus (NetworkPolicy).',
      proof: {
        series: { 'up{job="newsmill",namespace="news",instance="10.0.0.1:8080"}': '1x5 0x15 1x10' },
        fires: '15m',
        clears: '24m',
        labels: { namespace: 'news', job: 'newsmill', instance: '10.0.0.1:8080' },
      },
    },
    {
      name: 'NewsmillServiceMissing',
      severity: 'critical',
      for: '10m',
      expr: `max_over_time(newsmill:service_processes:count[7d])
unless newsmill:service_processes:count`,
      summary: 'no process runs {{ $labels.services }}; within the last 7 days {{ $value }} did at a time',
      description:
        'None is there to be asked: scaled to nothing, not scheduled, or taken out of what Prometheus looks at. What waits for its ' +
        'stages is told by nobody while it is away.',
      proof: {
        of: 'for as long as it is away',
        interval: '5m',
        series: { 'newsmill_build_info{namespace="news",services="store"}': '1x14 _x200 1x12' },
        fires: '100m',
        goesOn: '1065m',
        clears: '1090m',
        labels: { namespace: 'news', services: 'store' },
      },
      also: [
        {
          of: 'not when services part, or a version follows another',
          interval: '5m',
          series: {
            'newsmill_build_info{namespace="news",services="fetcher+parser+enricher+store",version="1"}': '1x12 _x24',
            ...Object.fromEntries(
              services.map(({ name }) => [
                `newsmill_build_info{namespace="news",services="${name}",version="2"}`,
                '_x12 1x24',
              ]),
            ),
          },
          quiet: '170m',
        },
      ],
    },
    {
      name: 'NewsmillStagePaused',
      severity: 'critical',
      for: '5m',
      expr: 'max by (namespace, stage, dependency) (newsmill_stage_paused) == 1',
      summary: '{{ $labels.stage }} waits: the {{ $labels.dependency }} is down',
      description: 'Nothing is lost and nothing goes to the dead letters; the stage goes on by itself when it is back.',
      proof: {
        series: { 'newsmill_stage_paused{namespace="news",stage="store",dependency="database"}': '0x5 1x15 0x5' },
        fires: '15m',
        clears: '24m',
        labels: { namespace: 'news', stage: 'store', dependency: 'database' },
      },
    },
    {
      name: 'NewsmillDependencyDown',
      severity: 'critical',
      for: '2m',
      expr: 'min by (namespace, dependency) (newsmill_dependency_up) == 0',
      summary: 'the {{ $labels.dependency }} does not answer',
      description: 'At least one process cannot reach it, and is not ready. /readyz of the process says why.',
      proof: {
        series: { 'newsmill_dependency_up{namespace="news",dependency="store database"}': '1x5 0x15 1x5' },
        fires: '15m',
        clears: '24m',
        labels: { namespace: 'news', dependency: 'store database' },
      },
    },
    {
      name: 'NewsmillTransactionsAborted',
      severity: 'warning',
      for: '15m',
      expr: `sum by (namespace) (rate(newsmill_log_transactions_total{outcome!="committed"}[15m]))
  / sum by (namespace) (rate(newsmill_log_transactions_total[15m]))
> 0.1`,
      summary: '{{ $value | humanizePercentage }} of the transactions on Kafka do not commit',
      description:
        'Their batches are done again. Brokers are slow or change, members come and go, or rights are missing.',
      proof: {
        series: {
          'newsmill_log_transactions_total{namespace="news",outcome="committed"}': '0+10x120',
          'newsmill_log_transactions_total{namespace="news",outcome="aborted"}': '0x20 0+5x40 200x60',
        },
        fires: '50m',
        clears: '90m',
      },
    },
    {
      name: 'NewsmillTransactionHangs',
      severity: 'critical',
      for: '2m',
      expr: 'max by (namespace, topic) (newsmill_log_hanging_transactions) > 0',
      summary: 'a transaction in {{ $labels.topic }} is open, and nobody ends it',
      description:
        'Whoever reads the topic waits for it, and lag does not show what waits. "newsmill topics transactions --abort" ends it.',
      proof: {
        series: { 'newsmill_log_hanging_transactions{namespace="news",topic="article.parsed"}': '0x5 1x15 0x5' },
        fires: '15m',
        clears: '24m',
        labels: { namespace: 'news', topic: 'article.parsed' },
      },
    },
    {
      name: 'NewsmillDatabasePoolExhausted',
      severity: 'warning',
      for: '10m',
      expr: 'max by (namespace, pool) (newsmill_database_waiting) > 0',
      summary: '{{ $value }} queries of a process wait for a connection of the pool {{ $labels.pool }}',
      description:
        'All its connections have been at work for 10 minutes: queries are slow, or there is more work than they can do.',
      proof: {
        series: { 'newsmill_database_waiting{namespace="news",pool="store"}': '0x5 4x20 0x5' },
        fires: '20m',
        clears: '30m',
        labels: { namespace: 'news', pool: 'store' },
      },
    },
    {
      name: 'NewsmillEventLoopBlocked',
      severity: 'warning',
      for: '10m',
      expr: 'max by (namespace, instance) (nodejs_eventloop_lag_p99_seconds) > 1',
      summary: 'the event loop of {{ $labels.instance }} stands still for {{ $value | humanizeDuration }} at a time',
      description:
        'Heartbeats and probes of the process are late. It has too little CPU, or one piece of work takes too long.',
      proof: {
        series: { 'nodejs_eventloop_lag_p99_seconds{namespace="news",instance="10.0.0.1:8080"}': '0.02x5 2x20 0.02x5' },
        fires: '20m',
        clears: '30m',
        labels: { namespace: 'news', instance: '10.0.0.1:8080' },
      },
    },
    {
      name: 'NewsmillHttpErrors',
      severity: 'warning',
      for: '10m',
      expr: `sum by (namespace) (rate(newsmill_http_requests_total{status_class="5xx",route!~"/(livez|readyz|metrics)"}[10m]))
  / sum by (namespace) (rate(newsmill_http_requests_total{route!~"/(livez|readyz|metrics)"}[10m]))
> 0.05`,
      summary: '{{ $value | humanizePercentage }} of the requests of newsrooms and readers fail',
      description:
        'They are answered with 5xx. A 503 at the push door says that the log does not confirm: newsrooms push again.',
      proof: {
        series: {
          'newsmill_http_requests_total{namespace="news",route="/v1/articles",method="POST",status_class="2xx"}':
            '0+10x90',
          'newsmill_http_requests_total{namespace="news",route="/v1/articles",method="POST",status_class="5xx"}':
            '0x10 0+5x30 150x50',
        },
        fires: '35m',
        clears: '60m',
      },
    },
    {
      name: 'NewsmillCertificateExpiry',
      severity: 'warning',
      for: '1h',
      expr: `min by (namespace, peer, use) (newsmill_certificate_expiry_timestamp_seconds) - time() < 21 * ${DAY}`,
      summary: 'the {{ $labels.use }} certificate for {{ $labels.peer }} ends in {{ $value | humanizeDuration }}',
      description: 'Renew it. newsmill reads changed files by itself: no restart is needed.',
      proof: {
        interval: '30m',
        series: { [certificate]: `${22 * DAY}x100 ${200 * DAY}x10` },
        fires: '2010m',
        clears: '3060m',
        labels: { namespace: 'news', peer: 'kafka', use: 'client' },
      },
    },
    {
      name: 'NewsmillCertificateExpiryImminent',
      severity: 'critical',
      for: '5m',
      expr: `min by (namespace, peer, use) (newsmill_certificate_expiry_timestamp_seconds) - time() < 3 * ${DAY}`,
      summary: 'the {{ $labels.use }} certificate for {{ $labels.peer }} ends in {{ $value | humanizeDuration }}',
      description:
        'When it ends, {{ $labels.peer }} can no longer be reached, and everything waits. newsmill reads changed files by itself.',
      proof: {
        interval: '30m',
        series: { [certificate]: `${4 * DAY}x100 ${200 * DAY}x10` },
        fires: '2010m',
        clears: '3060m',
        labels: { namespace: 'news', peer: 'kafka', use: 'client' },
      },
    },
  ],
};
