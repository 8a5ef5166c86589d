import { defineSettings, list, type SettingValues, wholeNumber } from '@newsmill/service';

export const subscriberSettings = defineSettings({
  changesDays: {
    env: 'NEWSMILL_CHANGES_DAYS',
    schema: wholeNumber(1, 3_650),
    default: '30',
    doc: 'Days that changes are kept for GET /v1/changes, streams and webhooks.',
  },
  subscribersMax: {
    env: 'NEWSMILL_SUBSCRIBERS_MAX',
    schema: wholeNumber(0, 10_000),
    default: '200',
    doc: 'Streams and waiting requests of GET /v1/changes that are open at once; more are answered with 503.',
  },
  streamStallMs: {
    env: 'NEWSMILL_STREAM_STALL_MS',
    schema: wholeNumber(100, 600_000),
    default: '30000',
    doc: 'Milliseconds that the reader of a stream may take nothing before it is cut off.',
  },
  webhookAllow: {
    env: 'NEWSMILL_WEBHOOK_ALLOW',
    schema: list,
    default: '',
    doc: 'Private hosts that webhooks may reach all the same: host, host:port or CIDR, comma-separated.',
  },
  webhookTimeoutMs: {
    env: 'NEWSMILL_WEBHOOK_TIMEOUT_MS',
    schema: wholeNumber(100, 60_000),
    default: '10000',
    doc: 'Milliseconds within which the target of a webhook has to answer.',
  },
  webhookRetryMs: {
    env: 'NEWSMILL_WEBHOOK_RETRY_MS',
    schema: wholeNumber(10, 3_600_000),
    default: '5000',
    doc: 'Milliseconds before a failed delivery is tried again; doubles with every try, up to an hour.',
  },
  webhookGiveUpMs: {
    env: 'NEWSMILL_WEBHOOK_GIVE_UP_MS',
    schema: wholeNumber(100, 2_592_000_000),
    default: '259200000',
    doc: 'Milliseconds after its first try when a delivery is given up, and after which a webhook that gets nothing through is stopped.',
  },
});

export type SubscriberSettings = SettingValues<typeof subscriberSettings>;

/** The {@link SubscriberSettings} of the process. */
export const SUBSCRIBER_SETTINGS = Symbol('SUBSCRIBER_SETTINGS');
