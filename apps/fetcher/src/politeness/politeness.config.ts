import { z } from 'zod';
import { defineSettings, type SettingValues, wholeNumber } from '@newsmill/service';
import { robotsDirectives } from '@newsmill/web';
import { duration } from '../revisits/duration.js';

/** Settings of the fetcher for what it owes the sites that it reads, see docs/politeness.md. */
export const politenessSettings = defineSettings({
  hostInterval: {
    env: 'NEWSMILL_HOST_INTERVAL',
    schema: wholeNumber(0, 3_600_000),
    default: '1000',
    doc: 'Milliseconds between two requests to a host, of all fetchers together, whatever they ask for.',
  },
  hostRequests: {
    env: 'NEWSMILL_HOST_REQUESTS',
    schema: wholeNumber(1, 16),
    default: '1',
    doc: 'Requests to a host that may be under way at once. With 1 the interval counts from the end of one request to the start of the next, else from start to start.',
  },
  hostWait: {
    env: 'NEWSMILL_HOST_WAIT',
    schema: wholeNumber(0, 60_000),
    default: '500',
    doc: 'Milliseconds that the links of a host may wait for it in front of the links of other hosts; what would wait longer is deferred.',
  },
  hostQueue: {
    env: 'NEWSMILL_HOST_QUEUE',
    schema: wholeNumber(1, 1_000_000),
    default: '10000',
    doc: 'Deferred links of a host that are kept; one more goes to the dead letters.',
  },
  deferMax: {
    env: 'NEWSMILL_DEFER_MAX',
    schema: duration,
    default: '7d',
    doc: 'How long a link may be deferred before it goes to the dead letters.',
  },
  crawlDelayMax: {
    env: 'NEWSMILL_CRAWL_DELAY_MAX',
    schema: duration,
    default: '30s',
    doc: 'Longest Crawl-delay of a robots.txt that is honoured; a longer one counts as this.',
  },
  robotsRetry: {
    env: 'NEWSMILL_ROBOTS_RETRY',
    schema: duration,
    default: '1m',
    doc: 'How long the pages of a site wait when its robots.txt cannot be had; doubles with each further failure, up to an hour.',
  },
  robotsDirectives: {
    env: 'NEWSMILL_ROBOTS_DIRECTIVES',
    schema: z.string().transform((text, context) => {
      const names = text === 'off' ? [] : text.split(',').map((name) => name.trim());
      const known = names.filter((name) => robotsDirectives.some((directive) => directive === name));
      if (known.length === names.length) return new Set(names);
      context.addIssue({ code: 'custom', message: `must be "off" or some of ${robotsDirectives.join(', ')}` });
      return z.NEVER;
    }),
    default: 'noarchive,unavailable_after',
    doc: 'Directives of X-Robots-Tag and meta robots by which a page keeps itself out: `noindex`, `noarchive`, `nosnippet`, `unavailable_after`, comma-separated; `off`: none.',
  },
});

export type PolitenessSettings = SettingValues<typeof politenessSettings>;

/**
 * The name by which a robots.txt addresses us: what the user agent begins with (RFC 9309 section 2.2.1).
 * `undefined`: it begins with none.
 */
export function productTokenOf(userAgent: string): string | undefined {
  return /^[A-Za-z_-]+(?=[/\s]|$)/.exec(userAgent)?.[0];
}

const CONTACT = /https?:\/\/[^\s/()]+\.[^\s()]|[^\s@()<>]{1,64}@[^\s@()<>]{1,190}\.[a-z]/i;

/** Whoever is visited must be able to tell who visits, and to reach them (RFC 9110 section 10.1.5). */
export function userAgentProblems({ userAgent }: { userAgent: string }): string[] {
  const problems: string[] = [];
  if (productTokenOf(userAgent) === undefined) {
    problems.push('must begin with a product name of letters, "-" and "_", which sites can name in their robots.txt');
  }
  if (!CONTACT.test(userAgent)) problems.push('must name a contact: the URL of a page about it, or a mail address');
  return problems.map((problem) => `NEWSMILL_USER_AGENT: ${problem}, not ${JSON.stringify(userAgent)}`);
}
