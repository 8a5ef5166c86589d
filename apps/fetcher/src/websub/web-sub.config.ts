import { z } from 'zod';
import { defineSettings } from '@newsmill/service';
import { duration } from '../revisits/duration.js';

/** Settings of the fetcher as a subscriber of hubs (W3C WebSub). */
export const webSubSettings = defineSettings({
  webSubCallbackUrl: {
    env: 'NEWSMILL_WEBSUB_CALLBACK_URL',
    schema: z
      .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
      .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
      .optional(),
    doc: 'Public address under which hubs reach `/v1/websub` of the fetcher, such as `https://news.example/v1/websub`. Default: no subscriptions, feeds are polled.',
  },
  webSubPollInterval: {
    env: 'NEWSMILL_WEBSUB_POLL_INTERVAL',
    schema: duration,
    default: '1h',
    doc: 'Time between two looks at a feed whose hub has proved to tell what is new; never over NEWSMILL_FEED_INTERVAL_MAX.',
  },
});
