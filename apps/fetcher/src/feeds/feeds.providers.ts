import type { Provider } from '@nestjs/common';
import { DueFeeds } from './due-feeds.js';
import { FeedActivity } from './feed-activity.js';
import { FeedAddresses } from './feed-addresses.js';
import { FeedEntries } from './feed-entries.js';
import { FeedMetrics } from './feed-metrics.js';
import { FeedPoll } from './feed-poll.js';
import { FeedPoller } from './feed-poller.js';

/** What looks at feeds. */
export const feedProviders: Provider[] = [
  DueFeeds,
  FeedActivity,
  FeedAddresses,
  FeedEntries,
  FeedMetrics,
  FeedPoll,
  FeedPoller,
];
