/** What a site's robots.txt says (RFC 9309), as text and as truth. The truth is written down, not computed by a parser. */
export interface RobotsRules {
  name: RobotsName;
  /** The file's text without sitemap lines; undefined: there is none (404). */
  text: string | undefined;
  /** Where forbidden articles stand; undefined: nothing is forbidden, or all is. */
  forbiddenFolder?: string;
  /** Whether newsmill may not ask for a path (with its query). robots.txt itself may always be asked for. */
  forbids(path: string): boolean;
  /** Seconds that its Crawl-delay asks for. */
  crawlDelaySeconds?: number;
  /** robots.txt answers 503 until this many hours after the web's start: until then nothing may be asked for. */
  unavailableHours?: number;
  /** robots.txt redirects here (RFC 9309 section 2.3.1.2). */
  movedTo?: string;
}

export const ROBOTS_NAMES = [
  'none',
  'open',
  'folder',
  'own-group',
  'wildcard',
  'crawl-delay',
  'longest-match',
  'case-and-comments',
  'moved',
  'merged-groups',
  'unavailable',
  'all-forbidden',
] as const;

export type RobotsName = (typeof ROBOTS_NAMES)[number];

const isPrivate = (path: string): boolean => path.startsWith('/private/');
const FOLDER = 'User-agent: *\nDisallow: /private/\n';

export const ROBOTS: Readonly<Record<RobotsName, RobotsRules>> = {
  none: { name: 'none', text: undefined, forbids: () => false },
  open: { name: 'open', text: 'User-agent: *\nDisallow:\n', forbids: () => false },
  folder: { name: 'folder', text: FOLDER, forbiddenFolder: '/private', forbids: isPrivate },
  'own-group': {
    name: 'own-group',
    text: 'User-agent: *\nDisallow: /\n\nUser-agent: newsmill\nDisallow: /private/\n\nUser-agent: otherbot\nAllow: /\n',
    forbiddenFolder: '/private',
    forbids: isPrivate,
  },
  wildcard: {
    name: 'wildcard',
    text: 'User-agent: *\nDisallow: /*/restricted/*.html$\n',
    forbiddenFolder: '/members/restricted',
    forbids: (path) => /^\/[^?]*\/restricted\/.*\.html$/.test(path),
  },
  'crawl-delay': {
    name: 'crawl-delay',
    text: `User-agent: *\nCrawl-delay: 1\nDisallow: /private/\n`,
    forbiddenFolder: '/private',
    forbids: isPrivate,
    crawlDelaySeconds: 1,
  },
  'longest-match': {
    name: 'longest-match',
    text: 'User-agent: *\nAllow: /news/\nDisallow: /news/wire/\nDisallow: /news\n',
    forbiddenFolder: '/news/wire',
    forbids: (path) => path.startsWith('/news/wire/') || (path.startsWith('/news') && !path.startsWith('/news/')),
  },
  'case-and-comments': {
    name: 'case-and-comments',
    text: '\uFEFF# Rules\r\nUSER-AGENT : *   # everyone\r\nDISALLOW : /private/ # not this\r\nNonsense line\r\n',
    forbiddenFolder: '/private',
    forbids: isPrivate,
  },
  moved: { name: 'moved', text: FOLDER, forbiddenFolder: '/private', forbids: isPrivate, movedTo: '/legal/robots.txt' },
  'merged-groups': {
    name: 'merged-groups',
    text: 'User-agent: newsmill\nDisallow: /drafts/\n\nUser-agent: *\nDisallow: /news/\n\nUser-agent: Newsmill\nDisallow: /private/\n',
    forbiddenFolder: '/private',
    forbids: (path) => isPrivate(path) || path.startsWith('/drafts/'),
  },
  unavailable: {
    name: 'unavailable',
    text: FOLDER,
    forbiddenFolder: '/private',
    forbids: isPrivate,
    unavailableHours: 1,
  },
  'all-forbidden': {
    name: 'all-forbidden',
    text: 'User-agent: *\nDisallow: /\n',
    forbids: () => true,
  },
};
