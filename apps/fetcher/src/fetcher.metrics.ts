import { defineMetrics } from '@newsmill/service';
import { failureClasses } from './feeds/failure.js';

/** Doors at which things come in. */
export const doors = ['push', 'feed', 'revisit', 'import'] as const;

/** Metrics of the fetcher. Those told over all processes are the same in each of them. */
export const fetcherMetrics = defineMetrics({
  received: {
    name: 'newsmill_received_total',
    type: 'counter',
    help: 'Things received at a door, by door; each one is answered for by exactly one final outcome.',
    labels: { door: doors },
  },
  unconfirmed: {
    name: 'newsmill_unconfirmed_total',
    type: 'counter',
    help:
      'Things that are put on the log again, or are the newsroom’s to push again, by door: the log did not confirm them, or the ' +
      'database did not note them down. Some are on it all the same.',
    labels: { door: doors },
  },
  feedPolls: {
    name: 'newsmill_feed_polls_total',
    type: 'counter',
    help: 'Looks at feeds, by what they came to.',
    labels: { outcome: ['new', 'nothing-new', 'unchanged', 'not-modified', 'put-off', ...failureClasses] },
  },
  feedEntries: {
    name: 'newsmill_feed_new_entries_total',
    type: 'counter',
    help: 'Entries of feeds that were new or changed, by how they came: `poll` or `push` (WebSub).',
    labels: { way: ['poll', 'push'] },
  },
  feedLateness: {
    name: 'newsmill_feed_poll_lateness_seconds',
    type: 'histogram',
    help: 'Seconds from when a feed was due to when its look began.',
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 1_800],
  },
  feeds: {
    name: 'newsmill_feeds',
    type: 'gauge',
    help: 'Feeds by state, the first that applies; over all processes.',
    labels: { state: ['inactive', 'gone', 'failing', 'new', 'silent', 'live'] },
  },
  feedsFailing: {
    name: 'newsmill_feeds_failing',
    type: 'gauge',
    help: 'Active feeds whose last look failed, by class of the failure; over all processes.',
    labels: { failure: failureClasses },
  },
  feedsSilent: {
    name: 'newsmill_feeds_silent',
    type: 'gauge',
    help: 'Active feeds that have had nothing new for longer than their rhythm allows, over all processes; the log names them.',
  },
  sources: {
    name: 'newsmill_sources',
    type: 'gauge',
    help: 'Sources by whether their feeds are known, over all processes.',
    labels: {
      state: ['paused', 'following', 'searching', 'found', 'nothing', 'failed'],
    },
  },
  sourceHealth: {
    name: 'newsmill_source_health',
    type: 'gauge',
    help:
      'Sources by their health, the first that applies: paused; without a feed to follow; all of its feeds failing, or some; ' +
      'all of them silent; healthy. Over all processes.',
    labels: { health: ['paused', 'without-feeds', 'failing', 'partly-failing', 'silent', 'healthy'] },
  },
  sourcesFileBroken: {
    name: 'newsmill_sources_file_broken',
    type: 'gauge',
    help: '1 while the sources file has mistakes and an earlier version of it is in force.',
  },
  discoveries: {
    name: 'newsmill_discoveries_total',
    type: 'counter',
    help: 'Searches for the feeds of a site, by how they ended.',
    labels: { state: ['found', 'nothing', 'failed'] },
  },
  fetchRequests: {
    name: 'newsmill_fetch_requests_total',
    type: 'counter',
    help: 'Requests made to sites, by what came of them; each redirect is one.',
    labels: {
      outcome: [
        'answer',
        'redirect',
        'client-error',
        'server-error',
        'too-many',
        'too-large',
        'too-many-redirects',
        'redirect-loop',
        'timeout',
        'dns',
        'connect',
        'tls',
        'protocol',
        'aborted',
      ],
    },
  },
  hostWait: {
    name: 'newsmill_host_wait_seconds_total',
    type: 'counter',
    help: 'Seconds that requests have waited for the slots of their hosts.',
  },
  blockedHosts: {
    name: 'newsmill_blocked_hosts',
    type: 'gauge',
    help: 'Hosts that nothing is asked of now; of all processes together.',
  },
  robots: {
    name: 'newsmill_robots_total',
    type: 'counter',
    help: 'Looks for a robots.txt, by what came of them.',
    labels: { outcome: ['found', 'none', 'unreachable'] },
  },
  deferredLinks: {
    name: 'newsmill_deferred_links',
    type: 'gauge',
    help: 'Links that wait for their hosts; all processes together.',
  },
  deferredLinksReleased: {
    name: 'newsmill_deferred_links_released_total',
    type: 'counter',
    help: 'Deferred links put on the log again because their time had come.',
  },
  goneGuard: {
    name: 'newsmill_gone_guard_active',
    type: 'gauge',
    help: 'Hosts more than half of whose pages vanished at once: nothing of them is withdrawn until they are back or released.',
  },
  hubNotifications: {
    name: 'newsmill_websub_notifications_total',
    type: 'counter',
    help: 'What hubs have sent, by what became of it.',
    labels: {
      outcome: [
        'new',
        'nothing-new',
        'thin',
        'bad-signature',
        'not-a-feed',
        'too-large',
        'unknown',
        'refused',
        'failed',
      ],
    },
  },
  hubRequests: {
    name: 'newsmill_websub_requests_total',
    type: 'counter',
    help: 'Requests to hubs, by mode, and whether the hub accepted them.',
    labels: { mode: ['subscribe', 'unsubscribe'], outcome: ['accepted', 'refused', 'failed'] },
  },
  hubMisses: {
    name: 'newsmill_websub_misses_total',
    type: 'counter',
    help: 'Polls that found what a trusted hub should have told.',
  },
  hubSubscriptions: {
    name: 'newsmill_websub_subscriptions',
    type: 'gauge',
    help: 'Subscriptions by state, over all processes.',
    labels: { state: ['wanted', 'active', 'denied', 'leaving'] },
  },
  hubLeaseExpiry: {
    name: 'newsmill_websub_lease_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'When the first lease of an active subscription ends, in seconds since the epoch; over all processes.',
  },
  hubRenewalsFailing: {
    name: 'newsmill_websub_renewals_failing',
    type: 'gauge',
    help:
      'Active subscriptions whose hub has been asked twice or more to renew the lease and has not done so, or whose lease ' +
      'has ended; over all processes.',
  },
});
