import type { RuleGroup } from '../alert.ts';

const health = (state: string): string => `newsmill_source_health{namespace="news",health="${state}"}`;

export const sources: RuleGroup = {
  name: 'newsmill-sources',
  rules: [
    {
      name: 'NewsmillFeedsSilent',
      severity: 'warning',
      for: '1h',
      expr: 'max by (namespace) (newsmill_feeds_silent) > 0',
      summary: '{{ $value }} feeds have brought nothing new for far longer than is usual for them',
      description:
        'They may have moved, be broken, or be refused to us. docs/polling.md has the query that names them; "newsmill sources ' +
        'test" tells what is found at a site now.',
      proof: { series: { 'newsmill_feeds_silent{namespace="news"}': '0x5 2x90 0x5' }, fires: '80m', clears: '100m' },
    },
    {
      name: 'NewsmillSourcesFailing',
      severity: 'warning',
      for: '1h',
      expr: `max by (namespace) (newsmill_source_health{health="failing"})
  / sum by (namespace) (max by (namespace, health) (newsmill_source_health))
> 0.2`,
      summary: '{{ $value | humanizePercentage }} of the sources fail with all of their feeds',
      description:
        'So many at once fail for a reason of ours: the way out, the resolver, the proxy, or the name we give.',
      proof: {
        series: { [health('failing')]: '1x5 40x90 1x5', [health('healthy')]: '99x5 60x90 99x5' },
        fires: '80m',
        clears: '100m',
      },
    },
    {
      name: 'NewsmillGoneGuardActive',
      severity: 'warning',
      for: '15m',
      expr: 'max by (namespace) (newsmill_gone_guard_active) > 0',
      summary: 'more than half of the pages of {{ $value }} hosts vanished at once',
      description:
        'None of them is withdrawn while the guard holds. "newsmill gone-guard list" names the hosts; release one whose pages are ' +
        'gone indeed (docs/revisits.md).',
      proof: {
        series: { 'newsmill_gone_guard_active{namespace="news"}': '0x5 1x30 0x5' },
        fires: '30m',
        clears: '40m',
      },
    },
    {
      name: 'NewsmillSourcesFileBroken',
      severity: 'warning',
      for: '5m',
      expr: 'max by (namespace) (newsmill_sources_file_broken) > 0',
      summary: 'the sources file has mistakes; an earlier version of it is in force',
      description: '"newsmill sources list" tells each mistake with its line (docs/sources.md).',
      proof: {
        series: { 'newsmill_sources_file_broken{namespace="news"}': '0x5 1x15 0x5' },
        fires: '15m',
        clears: '25m',
      },
    },
    {
      name: 'NewsmillWebSubLeaseExpiry',
      severity: 'warning',
      for: '30m',
      expr: 'max by (namespace) (newsmill_websub_renewals_failing) > 0',
      summary: '{{ $value }} leases at WebSub hubs are not renewed',
      description:
        'Their hubs have been asked more than once, or the lease has ended. The feeds are polled as before; what they bring ' +
        'comes later.',
      proof: {
        series: { 'newsmill_websub_renewals_failing{namespace="news"}': '0x5 3x50 0x5' },
        fires: '50m',
        clears: '60m',
      },
    },
  ],
};
