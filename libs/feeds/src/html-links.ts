import { escapeAttribute } from './xml/escape.js';

/** Attributes of HTML whose value is one address. */
const LINKING = new Set(['href', 'src', 'cite', 'poster', 'longdesc', 'background', 'data', 'action']);

/** Longer ones are left as they are. */
const MAX_ADDRESS = 4_096;

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The HTML with its relative addresses resolved; all else, spelling included, stays. Runs in one pass. */
export function absoluteLinks(html: string, base: string): string {
  const edits: Edit[] = [];
  for (let at = html.indexOf('<'); at !== -1;) {
    const isTag = isLetter(html.charCodeAt(at + 1));
    at = html.indexOf('<', isTag ? afterTag(html, at + 1, base, edits) : at + 1);
  }
  if (edits.length === 0) return html;
  const parts: string[] = [];
  let written = 0;
  for (const { start, end, text } of edits) {
    parts.push(html.slice(written, start), text);
    written = end;
  }
  return parts.join('') + html.slice(written);
}

/**
 * Goes through a start tag, from its name, and notes what to write instead of its relative addresses.
 * @returns where it ends, or where it turns out to be none
 */
function afterTag(html: string, from: number, base: string, edits: Edit[]): number {
  let at = until(html, from, NAME_END);
  for (;;) {
    at = past(html, at, BETWEEN);
    const character = html[at];
    if (character === undefined || character === '>' || character === '<') return at;
    const end = until(html, at, ATTRIBUTE_END);
    const name = html.slice(at, Math.min(end, at + 20));
    at = past(html, end, SPACE);
    if (html[at] !== '=') {
      at = Math.max(at, end + (end === at ? 1 : 0));
      continue;
    }
    const value = past(html, at + 1, SPACE);
    const quote = html[value];
    const isQuoted = quote === '"' || quote === "'";
    const start = isQuoted ? value + 1 : value;
    const close = isQuoted ? html.indexOf(quote, start) : until(html, start, VALUE_END);
    // Without its closing quotation mark the tag has no end, and nothing after it is markup.
    if (close === -1) return html.length;
    at = isQuoted ? close + 1 : close;
    if (!isLinking(name) || close - start > MAX_ADDRESS) continue;
    const url = absoluteAddress(html.slice(start, close).replaceAll('&amp;', '&'), base);
    if (url !== undefined) edits.push({ start: value, end: at, text: `"${escapeAttribute(url)}"` });
  }
}

const SPACE = ' \t\n\f\r';
const BETWEEN = `${SPACE}/`;
const NAME_END = `${SPACE}/<>`;
const ATTRIBUTE_END = `${SPACE}/<>="'`;
const VALUE_END = `${SPACE}<>`;

function until(html: string, from: number, ends: string): number {
  let at = from;
  while (at < html.length && !ends.includes(html[at]!)) at += 1;
  return at;
}

function past(html: string, from: number, characters: string): number {
  let at = from;
  while (at < html.length && characters.includes(html[at]!)) at += 1;
  return at;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

export function isLinking(attribute: string): boolean {
  return LINKING.has(attribute.toLowerCase());
}

/** `undefined` for an address that is absolute already or none. */
export function absoluteAddress(text: string, base: string): string | undefined {
  const address = text.trim();
  if (address === '' || address.length > MAX_ADDRESS || /^[a-z][a-z0-9+.-]*:/i.test(address)) return undefined;
  return URL.parse(address, base)?.href;
}
