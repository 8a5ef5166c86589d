import type { Row } from './panel.ts';
import { of, once, quantile, rate } from './select.ts';

export const intakeRows: readonly Row[] = [
  {
    title: 'Sources and feeds',
    panels: [
      {
        title: 'Sources by health',
        description: 'newsmill sources list tells which.',
        shows: 'graph',
        unit: 'short',
        stacked: true,
        queries: [[once('newsmill_source_health', 'health'), '{{health}}']],
      },
      {
        title: 'Sources by whether their feeds are known',
        description: 'Searches for feeds end as found, nothing or failed.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [once('newsmill_sources', 'state'), '{{state}}'],
          [rate('newsmill_discoveries_total', 'state'), 'searches a second: {{state}}'],
        ],
      },
      {
        title: 'Feeds by state',
        description: 'Silent: nothing new for far longer than is usual for the feed.',
        shows: 'graph',
        unit: 'short',
        stacked: true,
        queries: [[once('newsmill_feeds', 'state'), '{{state}}']],
      },
      {
        title: 'Failing feeds, by failure',
        description: 'Active feeds whose last look failed.',
        shows: 'graph',
        unit: 'short',
        queries: [[`${once('newsmill_feeds_failing', 'failure')} > 0`, '{{failure}}']],
      },
      {
        title: 'Looks at feeds',
        description: 'A second, by what they came to.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_feed_polls_total', 'outcome'), '{{outcome}}']],
      },
      {
        title: 'New entries',
        description: 'A second, by how they came.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_feed_new_entries_total', 'way'), '{{way}}']],
      },
      {
        title: 'Lateness of looks, 95 %',
        description: 'From when a feed was due to when its look began.',
        shows: 'graph',
        unit: 's',
        queries: [
          [`histogram_quantile(0.95, ${rate('newsmill_feed_poll_lateness_seconds_bucket', 'le')})`, 'lateness'],
        ],
      },
      {
        title: 'Requests to sites',
        description: 'A second, by what came of them.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_fetch_requests_total', 'outcome'), '{{outcome}}']],
      },
      {
        title: 'Politeness',
        description:
          'Hosts that nothing is asked of now, links that wait for their hosts, and requests that wait for a slot.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [once('newsmill_blocked_hosts'), 'blocked hosts'],
          [once('newsmill_deferred_links'), 'deferred links'],
          [`sum(rate(${of('newsmill_deferred_links_released_total')}[$__rate_interval]))`, 'released a second'],
          [`sum(rate(${of('newsmill_host_wait_seconds_total')}[$__rate_interval]))`, 'requests that wait'],
        ],
      },
      {
        title: 'robots.txt',
        description: 'Looks a second, by what came of them.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_robots_total', 'outcome'), '{{outcome}}']],
      },
      {
        title: 'WebSub',
        description: 'What hubs send, and what polls find that a hub should have told; a second.',
        shows: 'graph',
        unit: 'ops',
        queries: [
          [rate('newsmill_websub_notifications_total', 'outcome'), '{{outcome}}'],
          [rate('newsmill_websub_requests_total', 'mode, outcome'), '{{mode}}: {{outcome}}'],
          [`sum(rate(${of('newsmill_websub_misses_total')}[$__rate_interval]))`, 'missed'],
        ],
      },
      {
        title: 'WebSub subscriptions',
        description: 'By state, and those whose lease is not renewed.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [once('newsmill_websub_subscriptions', 'state'), '{{state}}'],
          [once('newsmill_websub_renewals_failing'), 'renewal fails'],
        ],
      },
      {
        title: 'Silent feeds',
        description: 'docs/polling.md has the query that names them.',
        shows: 'stat',
        unit: 'short',
        limits: [1, 20],
        queries: [[once('newsmill_feeds_silent'), 'silent']],
      },
      {
        title: 'Hosts under the guard',
        description: 'Most of their pages vanished at once: newsmill gone-guard list.',
        shows: 'stat',
        unit: 'short',
        limits: [1, 10],
        queries: [[once('newsmill_gone_guard_active'), 'hosts']],
      },
      {
        title: 'Sources file',
        description: '1 while it has mistakes: newsmill sources list.',
        shows: 'stat',
        unit: 'short',
        limits: [1, 2],
        queries: [[once('newsmill_sources_file_broken'), 'broken']],
      },
      {
        title: 'First WebSub lease to end',
        description: 'Leases are renewed after three quarters of their time.',
        shows: 'stat',
        unit: 's',
        queries: [[`min(${of('newsmill_websub_lease_expiry_timestamp_seconds')}) - time()`, 'left']],
      },
    ],
  },
  {
    title: 'HTTP: the door of newsrooms, and readers',
    panels: [
      {
        title: 'Requests by answer',
        description: 'A second.',
        shows: 'graph',
        unit: 'reqps',
        stacked: true,
        queries: [[rate('newsmill_http_requests_total', 'status_class'), '{{status_class}}']],
      },
      {
        title: 'Requests by route',
        description: 'A second; addresses that are none are (none).',
        shows: 'graph',
        unit: 'reqps',
        queries: [[rate('newsmill_http_requests_total', 'method, route'), '{{method}} {{route}}']],
      },
      {
        title: 'Duration, 95 %',
        description: 'By route.',
        shows: 'graph',
        unit: 's',
        queries: [[quantile(0.95, 'newsmill_http_request_duration_seconds', 'route'), '{{route}}']],
      },
      {
        title: 'Not confirmed by the log',
        description: 'Refused at a door with 503 because the log did not say that it has them; a second.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_unconfirmed_total', 'door'), '{{door}}']],
      },
    ],
  },
  {
    title: 'Subscribers',
    panels: [
      {
        title: 'Changes that are not published yet',
        description: 'The outbox of the store.',
        shows: 'graph',
        unit: 'short',
        queries: [[once('newsmill_outbox_entries'), 'changes']],
      },
      {
        title: 'Oldest change that waits',
        description: 'For the public topics, and for a webhook.',
        shows: 'graph',
        unit: 's',
        queries: [
          [once('newsmill_outbox_oldest_seconds'), 'outbox'],
          [once('newsmill_webhook_oldest_waiting_seconds'), 'webhooks'],
        ],
      },
      {
        title: 'Deliveries to webhooks',
        description: 'Tries a second, by what became of them.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_webhook_deliveries_total', 'outcome'), '{{outcome}}']],
      },
      {
        title: 'Webhooks and connections',
        description: 'Webhooks by state; streams and waiting polls that are open.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [once('newsmill_webhooks', 'state'), 'webhooks: {{state}}'],
          [`sum by (kind) (${of('newsmill_subscribers_connected')})`, 'open: {{kind}}'],
        ],
      },
    ],
  },
];
