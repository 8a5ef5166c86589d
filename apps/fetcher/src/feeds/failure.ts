import { NotAFeed, NotASitemap } from '@newsmill/feeds';
import { type FetchedResource, OutboundError, type OutboundErrorKind } from '@newsmill/outbound';
import { RobotsForbidden } from '../politeness/refusals.js';
import { fractionOf } from './fraction.js';
import { retryAfter } from './http-times.js';

/** Why a look at a feed brought nothing. The list is closed: it labels metrics and stands in the feed's state. */
export const failureClasses = [
  'timeout',
  'dns',
  'connect',
  'tls',
  'protocol',
  'too-large',
  'redirect',
  'blocked-by-policy',
  'robots',
  'http-4xx',
  'http-5xx',
  'throttled',
  'gone',
  'not-a-feed',
] as const;

export type FailureClass = (typeof failureClasses)[number];

const OF_KIND: Readonly<Record<OutboundErrorKind, FailureClass>> = {
  'blocked-address': 'blocked-by-policy',
  'bad-url': 'blocked-by-policy',
  port: 'blocked-by-policy',
  'too-large': 'too-large',
  'too-many-redirects': 'redirect',
  'redirect-loop': 'redirect',
  timeout: 'timeout',
  connect: 'connect',
  dns: 'dns',
  tls: 'tls',
  protocol: 'protocol',
  aborted: 'timeout',
};

/** Classes that pass by themselves; the others wait for somebody to mend something. */
const PASSING: ReadonlySet<FailureClass> = new Set(['timeout', 'dns', 'connect', 'http-5xx', 'throttled']);

/** A feed that fails is looked at again within this time, in milliseconds: a day. */
const LONGEST_MS = 24 * 3_600_000;

/** First wait after a failure that does not pass by itself, in milliseconds. */
const MENDED_MS = 3_600_000;

/** A feed that is gone is looked at again after this time, in milliseconds: 30 days. */
const GONE_MS = 30 * 24 * 3_600_000;

/** A look that brought nothing. */
export class PollFailure extends Error {
  override readonly name = 'PollFailure';

  constructor(
    readonly failureClass: FailureClass,
    message: string,
    /** Milliseconds for which the server asks not to be asked. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** What an answer other than 200 and 304 means for polling. */
export function failureOfStatus({ status, headers, url }: FetchedResource, now: number): PollFailure {
  const wait = retryAfter(headers, now);
  const message = `HTTP status ${status} (${url})`;
  if (status === 410) return new PollFailure('gone', message);
  if (status === 429 || (status === 503 && wait !== undefined)) return new PollFailure('throttled', message, wait);
  return new PollFailure(status >= 500 ? 'http-5xx' : 'http-4xx', message, wait);
}

/** @returns `undefined` for an error that says nothing about the feed: the log's or the database's */
export function failureOf(error: unknown): PollFailure | undefined {
  if (error instanceof PollFailure) return error;
  if (error instanceof OutboundError) return new PollFailure(OF_KIND[error.kind], error.explanation);
  if (error instanceof RobotsForbidden) return new PollFailure('robots', error.message);
  if (error instanceof NotAFeed || error instanceof NotASitemap) return new PollFailure('not-a-feed', error.message);
  return undefined;
}

/**
 * Milliseconds until a feed that failed is looked at again: doubled with each failure in a row up to a day, never sooner
 * than the server asks, and spread by a part that is the feed's own.
 *
 * @param failures in a row, this one included
 * @param interval milliseconds between looks at the feed while it answered
 */
export function delayAfter(
  { failureClass, retryAfter: asked = 0 }: Pick<PollFailure, 'failureClass' | 'retryAfter'>,
  { feed, failures, interval }: { feed: string; failures: number; interval: number },
): number {
  const spread = 1 + fractionOf(feed, String(failures)) / 10;
  if (failureClass === 'gone') return Math.round(GONE_MS * spread);
  const first = PASSING.has(failureClass) ? interval : Math.max(interval, MENDED_MS);
  const longest = Math.max(LONGEST_MS, interval);
  const grown = Math.min(longest / 1.1, first * 2 ** Math.min(failures - 1, 30));
  return Math.round(Math.min(longest, Math.max(grown * spread, asked, interval)));
}
