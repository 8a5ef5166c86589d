/** What a page says of itself by `X-Robots-Tag` or `<meta name="robots">`. */
export interface RobotsDirectives {
  noindex: boolean;
  noarchive: boolean;
  nosnippet: boolean;
  /** Milliseconds since the epoch; of several the earliest. */
  unavailableAfter: number | undefined;
}

/** Of directives those that newsmill knows; the names are those that Google and Bing document. */
export const robotsDirectives = ['noindex', 'noarchive', 'nosnippet', 'unavailable_after'] as const;
export type RobotsDirective = (typeof robotsDirectives)[number];

/** Directives with a value after a colon: what stands before the colon is not the name of a crawler. */
const WITH_VALUE = new Set(['unavailable_after', 'max-snippet', 'max-image-preview', 'max-video-preview']);

/** A page names its directives near its beginning; so many characters are searched. */
const SEARCHED = 512 * 1024;

/** Characters of a header field or a meta element that are read. */
const MAX_VALUE = 8 * 1024;

/**
 * Reads `X-Robots-Tag`. A directive belongs to the crawler named last before it (`othercrawler: noindex`); joined fields
 * cannot be told apart any more, so neither can where such a name ends.
 *
 * @param value all fields of a response, joined by commas
 */
export function readRobotsTag(value: string | undefined, productToken: string): RobotsDirectives {
  const found = noDirectives();
  let isOurs = true;
  let date: string | undefined;
  const takeDate = (): void => {
    if (date !== undefined) addDate(found, date);
    date = undefined;
  };
  for (const item of (value ?? '').slice(0, MAX_VALUE).split(',')) {
    let text = item.trim();
    const [, name, rest] = /^([A-Za-z_-]+):(.*)$/s.exec(text) ?? [];
    if (name !== undefined && !WITH_VALUE.has(name.toLowerCase())) {
      takeDate();
      isOurs = ['robots', productToken.toLowerCase(), '*'].includes(name.toLowerCase());
      text = rest!.trim();
    }
    const lower = text.toLowerCase();
    if (lower.startsWith('unavailable_after:')) {
      takeDate();
      date = isOurs ? text.slice('unavailable_after:'.length).trim() : undefined;
    } else if (date !== undefined && /\d/.test(text)) {
      // A date may hold a comma: `Saturday, 25-Jun-2026 15:00:00 GMT`.
      date = `${date}, ${text}`;
    } else {
      takeDate();
      if (isOurs) addWord(found, lower);
    }
  }
  takeDate();
  return found;
}

/** Reads the meta elements `robots` and the one named like the crawler, comments and scripts left out. */
export function readRobotsMeta(html: string, productToken: string): RobotsDirectives {
  const found = noDirectives();
  const names = ['robots', productToken.toLowerCase()];
  for (const attributes of metaElements(html.slice(0, SEARCHED))) {
    if (!names.includes(attributes.get('name')?.trim().toLowerCase() ?? '')) continue;
    merge(found, readRobotsTag(attributes.get('content'), productToken));
  }
  return found;
}

/** Both at once: the stricter holds. */
export function joinDirectives(...all: readonly RobotsDirectives[]): RobotsDirectives {
  const joined = noDirectives();
  for (const directives of all) merge(joined, directives);
  return joined;
}

function noDirectives(): RobotsDirectives {
  return { noindex: false, noarchive: false, nosnippet: false, unavailableAfter: undefined };
}

function addWord(found: RobotsDirectives, word: string): void {
  if (word === 'noindex' || word === 'none') found.noindex = true;
  if (word === 'noarchive' || word === 'nocache') found.noarchive = true;
  if (word === 'nosnippet') found.nosnippet = true;
}

function addDate(found: RobotsDirectives, text: string): void {
  const time = Date.parse(text);
  if (Number.isNaN(time)) return;
  found.unavailableAfter = Math.min(found.unavailableAfter ?? Infinity, time);
}

function merge(into: RobotsDirectives, from: RobotsDirectives): void {
  into.noindex ||= from.noindex;
  into.noarchive ||= from.noarchive;
  into.nosnippet ||= from.nosnippet;
  if (from.unavailableAfter !== undefined) {
    into.unavailableAfter = Math.min(into.unavailableAfter ?? Infinity, from.unavailableAfter);
  }
}

/** Elements whose text is no markup; what stands in them is passed over. */
const RAW = /^(?:script|style|textarea|title|noscript|template|xmp)$/;

/** Attributes of the meta elements, in order. One pass: every step goes forward. */
function* metaElements(html: string): Generator<Map<string, string>> {
  // Of ASCII alone: other letters may change their length, and with it every place after them.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  for (let at = lower.indexOf('<'); at !== -1; at = lower.indexOf('<', at)) {
    if (lower.startsWith('<!--', at)) {
      const end = lower.indexOf('-->', at + 4);
      if (end === -1) return;
      at = end + 3;
      continue;
    }
    const name = /^[a-z]{1,16}/.exec(lower.slice(at + 1, at + 17))?.[0] ?? '';
    at += 1 + name.length;
    if (RAW.test(name)) {
      const end = lower.indexOf(`</${name}`, at);
      if (end === -1) return;
      at = end + 2;
    } else if (name === 'meta') {
      const [attributes, end] = readAttributes(html, at);
      yield attributes;
      at = end;
    }
  }
}

const MAX_ATTRIBUTES = 32;

function readAttributes(html: string, from: number): [Map<string, string>, number] {
  const attributes = new Map<string, string>();
  const attribute = /[\s/]*(?:>|([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+)))?)/y;
  attribute.lastIndex = from;
  let end = from;
  for (let count = 0; count < MAX_ATTRIBUTES; count += 1) {
    const match = attribute.exec(html);
    if (match === null) break;
    end = attribute.lastIndex;
    const [, name, double, single, bare] = match;
    if (name === undefined) break;
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, double ?? single ?? bare ?? '');
  }
  return [attributes, end];
}
