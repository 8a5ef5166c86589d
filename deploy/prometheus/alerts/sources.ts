import type { RuleGroup } from '../alert.ts';

/** So many feeds may be looked after one by one; of those beyond, this part may be silent. */
const FEW_FEEDS = 50;
const SILENT_PART = 0.1;

const feeds = (state: string): string => `newsmill_feeds{namespace="news",state="${state}"}`;
const health = (state: string): string => `newsmill_source_health{namespace="news",health="${state}"}`;

export const sources: RuleGroup = {
  name: 'newsmill-sources',
  rules: [
    {
      name: 'NewsmillFeedsSilent',
      severity: 'warning',
      for: '1h',
      expr: `max by (namespace) (newsmill_feeds_silent)
> clamp_min(
  ${SILENT_PART} * (sum by (namespace) (max by (namespace, state) (newsmill_feeds{state!~"inactive|gone"})) - ${FEW_FEEDS}),
  0
)`,
      summary: '{{ $value }} feeds have brought nothing new for far longer than is usual for them',
      description:
        'They may have moved, be broken, or be refused to us. Told of every feed where there are up to ' +
        `${FEW_FEEDS}, and of more than ${SILENT_PART * 100} % of those beyond. docs/polling.md has the query that names them; ` +
        '"newsmill sources test" tells what is found at a site now.',
      proof: {
        of: 'of few feeds every one',
        series: {
          'newsmill_feeds_silent{namespace="news"}': '0x5 1x90 0x5',
          [feeds('live')]: '40x5 39x90 40x5',
          [feeds('silent')]: '0x5 1x90 0x5',
          [feeds('inactive')]: '900x100',
        },
        fires: '80m',
        clears: '100m',
      },
      also: [
        {
          of: 'of many feeds many',
          series: {
            'newsmill_feeds_silent{namespace="news"}': '100x5 500x90 100x5',
            [feeds('live')]: '1900x5 1500x90 1900x5',
            [feeds('silent')]: '100x5 500x90 100x5',
          },
          fires: '80m',
          clears: '100m',
        },
        {
          of: 'not of some of many',
          series: {
            'newsmill_feeds_silent{namespace="news"}': '100x200',
            [feeds('live')]: '1900x200',
            [feeds('silent')]: '100x200',
          },
          quiet: '190m',
        },
      ],
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
