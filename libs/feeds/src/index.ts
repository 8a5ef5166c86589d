export { parseFeed } from './parse-feed.js';
export { type Feed, type FeedEntry, type FeedKind, type FeedTime, type SkippedEntry } from './feed.js';
export { NotAFeed } from './not-a-feed.js';
