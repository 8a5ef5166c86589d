import { comparablePath, matchesPath, readPattern, type RobotsPattern } from './robots-pattern.js';

/** Octets of a robots.txt that are read; RFC 9309 section 2.5 asks for at least 500 KiB. */
export const ROBOTS_MAX_BYTES = 500 * 1024;

/** A rule of the group that applies, with its place in the file. */
export interface RobotsRule {
  readonly isAllowed: boolean;
  /** As it is written. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** What a robots.txt says to one crawler. */
export interface RobotsTxt {
  /** The rule that decides about an address of the file's origin; `undefined`: none does, so it is allowed. */
  ruleFor(url: string): RobotsRule | undefined;
  /** `Crawl-delay` of the group that applies, in milliseconds: no part of RFC 9309, yet widely written. */
  readonly crawlDelayMs: number | undefined;
  /** Absolute http and https addresses, for all crawlers. */
  readonly sitemaps: readonly string[];
}

interface Group {
  isNamed: boolean;
  rules: (RobotsRule & { readonly pattern: RobotsPattern })[];
  crawlDelayMs: number | undefined;
}

/** Sitemaps of one file that are taken. */
const MAX_SITEMAPS = 1_000;

/**
 * Reads a robots.txt (RFC 9309) for the crawler with a product token. All groups that name it count as one; `*` counts
 * where none does (section 2.2.1). Lines that are no rule neither begin nor end a group (section 2.2.4). What cannot be read
 * is passed over, as is all after {@link ROBOTS_MAX_BYTES}, a line cut there included.
 *
 * @param octets in UTF-8, or UTF-16 with a byte order mark
 */
export function parseRobotsTxt(octets: Uint8Array, productToken: string): RobotsTxt {
  const own: Group = { isNamed: false, rules: [], crawlDelayMs: undefined };
  const others: Group = { isNamed: false, rules: [], crawlDelayMs: undefined };
  const sitemaps: string[] = [];
  const token = productToken.toLowerCase();
  let open: Group[] = [];
  let isNaming = false;

  linesOf(octets).forEach((line, index) => {
    const [key, value] = fieldOf(line);
    if (key === 'user-agent') {
      if (!isNaming) open = [];
      isNaming = true;
      const group = /^\*(?:\s|$)/.test(value) ? others : tokenOf(value) === token ? own : undefined;
      if (group === undefined || open.includes(group)) return;
      group.isNamed = true;
      open.push(group);
    } else if (key === 'allow' || key === 'disallow') {
      isNaming = false;
      if (value === '') return;
      const isAllowed = key === 'allow';
      const text = `${isAllowed ? 'Allow' : 'Disallow'}: ${asUtf8(value)}`;
      for (const group of open) group.rules.push({ isAllowed, text, line: index + 1, pattern: readPattern(value) });
    } else if (key === 'crawl-delay') {
      const seconds = /^\d{1,9}(?:\.\d{1,9})?$/.test(value) ? Number(value) : undefined;
      for (const group of open) group.crawlDelayMs ??= seconds === undefined ? undefined : seconds * 1000;
    } else if (key === 'sitemap' && sitemaps.length < MAX_SITEMAPS) {
      const sitemap = URL.parse(asUtf8(value));
      if (sitemap?.protocol === 'http:' || sitemap?.protocol === 'https:') sitemaps.push(sitemap.href);
    }
  });

  const { rules, crawlDelayMs } = own.isNamed ? own : others;
  // The most octets decide; of equal ones the one that allows (section 2.2.2).
  rules.sort((a, b) => b.pattern.length - a.pattern.length || Number(b.isAllowed) - Number(a.isAllowed));
  return {
    ruleFor(url) {
      const target = new URL(url);
      if (target.pathname === '/robots.txt') return undefined;
      const path = comparablePath(target);
      const decisive = rules.find(({ pattern }) => matchesPath(pattern, path));
      if (decisive === undefined) return undefined;
      const { isAllowed, text, line } = decisive;
      return { isAllowed, text, line };
    },
    crawlDelayMs,
    sitemaps,
  };
}

/** One character an octet: patterns are compared as octets, whatever they are meant to say. */
function linesOf(octets: Uint8Array): string[] {
  const isCut = octets.length > ROBOTS_MAX_BYTES;
  let read = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.length, ROBOTS_MAX_BYTES));
  const utf16 =
    read[0] === 0xff && read[1] === 0xfe ? 'utf-16le' : read[0] === 0xfe && read[1] === 0xff ? 'utf-16be' : '';
  if (utf16 !== '') read = Buffer.from(new TextDecoder(utf16).decode(read));
  if (read[0] === 0xef && read[1] === 0xbb && read[2] === 0xbf) read = read.subarray(3);
  const lines = read.toString('latin1').split(/\r\n|\r|\n/);
  if (isCut) lines.pop();
  return lines;
}

function fieldOf(line: string): [key: string, value: string] {
  const [text = ''] = line.split('#', 1);
  const colon = text.indexOf(':');
  if (colon === -1) return ['', ''];
  return [trimmed(text.slice(0, colon)).toLowerCase(), trimmed(text.slice(colon + 1))];
}

/** Section 2.2: spaces and tabs; octets such as 0xA0 belong to the value. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text[from]!)) from += 1;
  while (to > from && isBlank(text[to - 1]!)) to -= 1;
  return text.slice(from, to);
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\0';
}

/** The product token that a line begins with: versions and comments after it are no part of it (section 2.2.1). */
function tokenOf(value: string): string {
  return /^[a-z_-]*/i.exec(value)![0].toLowerCase();
}

function asUtf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
