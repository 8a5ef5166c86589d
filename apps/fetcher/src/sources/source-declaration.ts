import { createHash } from 'node:crypto';
import { normalizeUrl } from '@newsmill/web';
import { z } from 'zod';
import { webAddress } from '../push/push-fields.js';

/** Where a source is declared. */
export type Origin = 'file' | 'api' | 'setting';

/** What is polled: a feed, or a sitemap that lists pages. */
export const feedKind = z.enum(['feed', 'sitemap'], 'must be feed or sitemap');
export type FeedKind = z.output<typeof feedKind>;

/** Most feeds that a source may name. */
const MOST_FEEDS = 100;

const address = webAddress.transform(normalizeUrl);

const feed = z.preprocess(
  (value) => (typeof value === 'string' ? { url: value } : value),
  z.strictObject({ url: address, kind: feedKind.default('feed') }, 'must be an address, or {url, kind}'),
);

const id = z
  .string('must be a string')
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits, ".", "_" or "-", no sign first');

const name = z
  .string('must be a string')
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must be well-formed text on one line');

const feeds = z
  .array(feed, 'must be a list of addresses')
  .max(MOST_FEEDS, `must name at most ${MOST_FEEDS}`)
  .transform((named) => [...new Map(named.map((each) => [each.url, each])).values()]);

const paused = z.boolean('must be true or false');

/** A source as the file or a request gives it; a text alone is its home. */
export const sourceDeclaration = z
  .preprocess(
    (value) => (typeof value === 'string' ? { home: value } : value),
    z.strictObject(
      {
        id: id.optional(),
        name: name.optional(),
        home: address.optional(),
        feeds: feeds.default([]),
        paused: paused.default(false),
      },
      'must be an address, or {home, feeds, …}',
    ),
  )
  .transform((declared, context): SourceDeclaration => {
    const first = declared.home ?? declared.feeds[0]?.url;
    if (first === undefined) {
      context.addIssue({ code: 'custom', message: 'must have a home, or feeds' });
      return z.NEVER;
    }
    const { id = sourceIdOf(first), name = new URL(first).host, home = null, feeds, paused } = declared;
    return { id, name, home, feeds, paused };
  });

/** What is declared of a source, complete. */
export interface SourceDeclaration {
  id: string;
  name: string;
  /** Its feeds are looked for from here, unless it names them itself. */
  home: string | null;
  feeds: DeclaredFeed[];
  paused: boolean;
}

export interface DeclaredFeed {
  url: string;
  kind: FeedKind;
}

/** What a request may change of a source; what is absent stays as it is. */
export const sourceChange = z.strictObject({
  name: name.optional(),
  home: address.nullable().optional(),
  feeds: feeds.optional(),
  paused: paused.optional(),
});

/** The id of a source that is given none: its host and path. */
export function sourceIdOf(url: string): string {
  const { host, pathname } = new URL(url);
  const readable = `${host.replace(/^www\./, '')}${pathname}`.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return readable.slice(0, 63).replace(/^[._-]+|[._-]+$/g, '') || fingerprint(url);
}

/** The source that a feed of NEWSMILL_FEEDS is; its id is its own among all feeds of a host. */
export function sourceOfFeed(feedUrl: string): SourceDeclaration {
  const url = normalizeUrl(feedUrl);
  const readable = sourceIdOf(url).slice(0, 48);
  const feeds: DeclaredFeed[] = [{ url, kind: 'feed' }];
  return { id: `${readable}-${fingerprint(url)}`, name: new URL(url).host, home: null, feeds, paused: false };
}

function fingerprint(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 8);
}
