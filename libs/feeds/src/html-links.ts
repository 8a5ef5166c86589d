import { escapeAttribute } from './xml/escape.js';

/** Attributes of HTML whose value is one address. */
const LINKING = new Set(['href', 'src', 'cite', 'poster', 'longdesc', 'background', 'data', 'action']);

/** A start tag without `<` in its attributes; every repetition is bounded, so that no text takes more than one pass. */
const START_TAG = /<([A-Za-z][^\s/<>]{0,60})((?:[^<>"']|"[^"<]{0,4096}"|'[^'<]{0,4096}'){0,4096})>/g;
const ATTRIBUTE = /([^\s=/"'<>]{1,60})(\s{0,9}=\s{0,9})(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;
/** Longer ones are left as they are. */
const MAX_ADDRESS = 4_096;

/** The HTML with its relative addresses resolved; all else, spelling included, stays. Runs in one pass. */
export function absoluteLinks(html: string, base: string): string {
  if (!html.includes('<')) return html;
  return html.replace(START_TAG, (tag, name: string, attributes: string) =>
    attributes.includes('=') ? `<${name}${attributes.replace(ATTRIBUTE, (...match) => absolute(match, base))}>` : tag,
  );
}

function absolute([whole, name, equals, double, single, bare]: unknown[], base: string): string {
  const value = (double ?? single ?? bare) as string;
  if (!isLinking(name as string)) return whole as string;
  const url = absoluteAddress(value.replaceAll('&amp;', '&'), base);
  return url === undefined ? (whole as string) : `${name as string}${equals as string}"${escapeAttribute(url)}"`;
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
