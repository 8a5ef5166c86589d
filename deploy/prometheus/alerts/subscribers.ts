import type { RuleGroup } from '../alert.ts';

export const subscribers: RuleGroup = {
  name: 'newsmill-subscribers',
  rules: [
    {
      name: 'NewsmillWebhookDeliveriesFailing',
      severity: 'warning',
      for: '5m',
      expr: `max by (namespace) (newsmill_webhook_oldest_waiting_seconds) > 600
and on (namespace)
  sum by (namespace) (increase(newsmill_webhook_deliveries_total{outcome=~"retried|given_up"}[15m])) > 0`,
      summary: 'a webhook has waited for a change for {{ $value | humanizeDuration }}, and deliveries fail',
      description: '"newsmill webhooks list" tells which, and what its target answers.',
      proof: {
        series: {
          'newsmill_webhook_oldest_waiting_seconds{namespace="news"}': '0x5 0+60x30 0x30',
          'newsmill_webhook_deliveries_total{namespace="news",outcome="retried"}': '0x5 0+1x30 30x30',
        },
        fires: '30m',
        clears: '40m',
      },
    },
    {
      name: 'NewsmillWebhookFailed',
      severity: 'warning',
      for: '1m',
      expr: 'max by (namespace) (newsmill_webhooks{state="failed"}) > 0',
      summary: '{{ $value }} webhooks have been given up',
      description:
        'Nothing is delivered to them until "newsmill webhooks resume"; changes are kept for them for 30 days.',
      proof: {
        series: { 'newsmill_webhooks{namespace="news",state="failed"}': '0x5 1x10 0x5' },
        fires: '10m',
        clears: '20m',
      },
    },
  ],
};
