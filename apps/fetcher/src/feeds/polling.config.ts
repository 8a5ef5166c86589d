import { z } from 'zod';
import { defineSettings, type SettingValues, wholeNumber } from '@newsmill/service';
import { duration } from '../revisits/duration.js';

/** A time such as `30s`, `5m` or `6h`, or plain seconds; in milliseconds. */
const secondsOrDuration = z
  .string()
  .transform((text) => (/^\d{1,6}$/.test(text.trim()) ? `${text.trim()}s` : text))
  .pipe(duration);

/** Settings of the fetcher for feeds: how often they are looked at, how many at once, and what is kept of them. */
export const pollingSettings = defineSettings({
  feedInterval: {
    env: 'NEWSMILL_FEED_INTERVAL',
    schema: secondsOrDuration,
    default: '300',
    doc: 'Time between two looks at a feed whose rhythm is not known yet, in seconds or as `5m`.',
  },
  feedIntervalMin: {
    env: 'NEWSMILL_FEED_INTERVAL_MIN',
    schema: secondsOrDuration,
    default: '1m',
    doc: 'Least time between two looks at a feed, however busy it is.',
  },
  feedIntervalMax: {
    env: 'NEWSMILL_FEED_INTERVAL_MAX',
    schema: secondsOrDuration,
    default: '6h',
    doc: 'Longest time between two looks at a feed that answers, however quiet it is and whatever it asks for.',
  },
  feedConcurrency: {
    env: 'NEWSMILL_FEED_CONCURRENCY',
    schema: wholeNumber(1, 512),
    default: '128',
    doc: 'Feeds that one process looks at side by side.',
  },
  feedSilentFactor: {
    env: 'NEWSMILL_FEED_SILENT_FACTOR',
    schema: wholeNumber(2, 1_000),
    default: '10',
    doc: 'A feed counts as silent when nothing new has come for so many times its usual interval,',
  },
  feedSilentMin: {
    env: 'NEWSMILL_FEED_SILENT_MIN',
    schema: secondsOrDuration,
    default: '24h',
    doc: '… and for at least this time.',
  },
  feedRetention: {
    env: 'NEWSMILL_FEED_RETENTION',
    schema: duration,
    default: '30d',
    doc: 'How long an entry is known after its feed listed it last; one that comes back later is new.',
  },
});

export type PollingSettings = SettingValues<typeof pollingSettings>;

/** Problems of the bounds that no single setting shows. */
export function pollingProblems(settings: PollingSettings): string[] {
  const { feedIntervalMin: min, feedInterval: start, feedIntervalMax: max } = settings;
  if (min > max) {
    return [
      `NEWSMILL_FEED_INTERVAL_MIN is ${seconds(min)}, over NEWSMILL_FEED_INTERVAL_MAX = ${seconds(max)}: lower the one or raise the other`,
    ];
  }
  if (start < min) {
    return [
      `NEWSMILL_FEED_INTERVAL is ${seconds(start)}, under NEWSMILL_FEED_INTERVAL_MIN = ${seconds(min)}: raise the one or lower the other`,
    ];
  }
  if (start > max) {
    return [
      `NEWSMILL_FEED_INTERVAL is ${seconds(start)}, over NEWSMILL_FEED_INTERVAL_MAX = ${seconds(max)}: lower the one or raise the other`,
    ];
  }
  return [];
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
