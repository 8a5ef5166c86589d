import { z } from 'zod';
import { defineSettings, flag, list, type SettingValues, wholeNumber } from '@newsmill/service';
import { revisitSettings } from './revisits/revisits.config.js';

export const fetcherSettings = defineSettings({
  push: {
    env: 'NEWSMILL_PUSH',
    schema: flag,
    default: 'true',
    doc: 'Whether articles may be pushed to POST /v1/articles.',
  },
  apiKey: {
    env: 'NEWSMILL_API_KEY',
    schema: list,
    default: '',
    doc: 'Keys that may push, comma-separated: `key`, or `publisher=key` to push under a name of its own.',
    secret: true,
  },
  queryUrl: {
    env: 'NEWSMILL_QUERY_URL',
    schema: z.url('must be an absolute URL').optional(),
    doc: 'Where the store answers, for the status URLs of receipts. Default: the address the push came to.',
  },
  feeds: {
    env: 'NEWSMILL_FEEDS',
    schema: list,
    default: '',
    doc: 'Feeds to poll (RSS, Atom, RDF, JSON Feed), comma-separated URLs.',
  },
  feedInterval: {
    env: 'NEWSMILL_FEED_INTERVAL',
    schema: wholeNumber(1, 86_400),
    default: '300',
    doc: 'Seconds between two looks at a feed.',
  },
  userAgent: {
    env: 'NEWSMILL_USER_AGENT',
    schema: z.string().min(1, 'must not be empty'),
    default: 'newsmill/0.1 (+https://newsmill.example/bot)',
    doc: 'User-Agent of every request that leaves; name a contact in it.',
  },
  outboundAllow: {
    env: 'NEWSMILL_OUTBOUND_ALLOW',
    schema: list,
    default: '',
    doc: 'Private hosts that may be fetched all the same: host, host:port or CIDR, comma-separated.',
  },
  fetchTimeoutMs: {
    env: 'NEWSMILL_FETCH_TIMEOUT_MS',
    schema: wholeNumber(100, 120_000),
    default: '15000',
    doc: 'Milliseconds one fetch may take, redirects and body included.',
  },
  ...revisitSettings,
});

export type FetcherSettings = SettingValues<typeof fetcherSettings>;
