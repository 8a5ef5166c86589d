import type { RuleGroup } from '../alert.ts';

export const subscribers: RuleGroup = {
  name: 'newsmill-subscribers',
  rules: [
    {
      name: 'NewsmillWebhookDeliveriesFailing',
      severity: 'warning',
      for: '5m',
      // Between two tries there is an hour, unless the target asks for more: a shorter window would see none at times.
      expr: `max by (namespace) (newsmill_webhook_oldest_waiting_seconds) > 600
and on (namespace)
  sum by (namespace) (increase(newsmill_webhook_deliveries_total{outcome=~"retried|given_up"}[2h])) > 0`,
      summary: 'a webhook has waited for a change for {{ $value | humanizeDuration }}, and deliveries fail',
      description: '"newsmill webhooks list" tells which, and what its target answers.',
      proof: {
        of: 'also between tries that are an hour apart',
        series: {
          'newsmill_webhook_oldest_waiting_seconds{namespace="news"}': '0x5 0+60x300 0x30',
          'newsmill_webhook_deliveries_total{namespace="news",outcome="retried"}':
            '0x5 6x5 7x10 8x20 9x40 10x60 11x60 12x60 13x100',
        },
        fires: '30m',
        goesOn: '300m',
        clears: '315m',
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
