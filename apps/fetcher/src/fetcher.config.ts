import { z } from 'zod';
import { adminKeySetting, defineSettings, flag, list, type SettingValues, wholeNumber } from '@newsmill/service';
import { pollingSettings } from './feeds/polling.config.js';
import { outboundSettings } from './outbound.config.js';
import { politenessSettings } from './politeness/politeness.config.js';
import { revisitSettings } from './revisits/revisits.config.js';
import { sourcesSettings } from './sources/sources.config.js';
import { webSubSettings } from './websub/web-sub.config.js';

export const fetcherSettings = defineSettings({
  push: {
    env: 'NEWSMILL_PUSH',
    schema: flag,
    default: 'true',
    doc: 'Whether articles may be pushed, see docs/push.md.',
  },
  apiKey: {
    env: 'NEWSMILL_API_KEY',
    schema: list,
    default: '',
    doc: 'Keys that may push, comma-separated: `key`, or `publisher=key` to push under a name of its own; the key as it is or as `sha256:<hex>`.',
    secret: true,
  },
  keysFile: {
    env: 'NEWSMILL_KEYS_FILE',
    schema: z.string().min(1, 'must not be empty').optional(),
    doc: 'JSON file of the keys that may push, kept with `newsmill keys`; read again when it changes.',
  },
  pushRate: {
    env: 'NEWSMILL_PUSH_RATE',
    schema: wholeNumber(0, 10_000_000),
    default: '6000',
    doc: 'Articles that a publisher may push in a minute to one process; 0 is without limit.',
  },
  pushBurst: {
    env: 'NEWSMILL_PUSH_BURST',
    schema: wholeNumber(0, 1_000_000),
    default: '500',
    doc: 'Articles of those that may come within one second; 0 is without limit.',
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
    doc: 'Feeds to poll (RSS, Atom, RDF, JSON Feed), comma-separated URLs: the short way to what NEWSMILL_SOURCES_FILE says.',
  },
  userAgent: {
    env: 'NEWSMILL_USER_AGENT',
    schema: z.string().min(1, 'must not be empty'),
    default: 'newsmill/0.1 (+https://newsmill.example/bot)',
    doc: 'User-Agent of every request that leaves: a product name, which sites may name in their robots.txt, and a contact (URL or mail address).',
  },
  outboundAllow: {
    env: 'NEWSMILL_OUTBOUND_ALLOW',
    schema: list,
    default: '',
    doc: 'Private hosts that may be fetched all the same: host, host:port or CIDR, comma-separated.',
  },
  http2: {
    env: 'NEWSMILL_HTTP2',
    schema: flag,
    default: 'true',
    doc: 'Whether pages and feeds may be fetched over HTTP/2, where their server speaks it.',
  },
  fetchTimeoutMs: {
    env: 'NEWSMILL_FETCH_TIMEOUT_MS',
    schema: wholeNumber(100, 120_000),
    default: '15000',
    doc: 'Milliseconds one fetch may take, redirects and body included.',
  },
  ...outboundSettings,
  ...pollingSettings,
  ...webSubSettings,
  ...revisitSettings,
  ...politenessSettings,
  ...sourcesSettings,
  adminKey: adminKeySetting,
});

export type FetcherSettings = SettingValues<typeof fetcherSettings>;
