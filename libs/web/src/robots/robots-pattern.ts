/** RFC 3986 section 2.3. */
const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** RFC 3986 section 2.2; they keep their meaning, so an escaped one is another octet than a bare one. */
const RESERVED = /[:/?#[\]@!$&'()*+,;=]/;

/** A path pattern of a rule (RFC 9309 sections 2.2.2 and 2.2.3), in the spelling in which it is compared. */
export interface RobotsPattern {
  /** Between the wildcards; never empty. */
  readonly parts: readonly string[];
  /** `$` at the end: the path must end there too. */
  readonly isAnchored: boolean;
  /** Octets, by which the most specific match is found. */
  readonly length: number;
}

/** @param text octets as characters U+0000 to U+00FF */
export function readPattern(text: string): RobotsPattern {
  const isAnchored = text.endsWith('$');
  const pattern = isAnchored ? text.slice(0, -1) : text;
  const parts = pattern.split('*').map(comparable);
  const length = parts.reduce((sum, part) => sum + part.length, parts.length - 1 + (isAnchored ? 1 : 0));
  return { parts, isAnchored, length };
}

/** What rules are compared with: path and query of an address, in the spelling of patterns. */
export function comparablePath(url: URL): string {
  return comparable(url.pathname + url.search);
}

/** The parts one after another, each at its first place: no backtracking, so the cost does not grow with wildcards. */
export function matchesPath({ parts, isAnchored }: RobotsPattern, path: string): boolean {
  const [first = '', ...others] = parts;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  const last = isAnchored ? others.pop() : undefined;
  for (const part of others) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  if (!isAnchored) return true;
  return last === undefined ? at === path.length : path.length - last.length >= at && path.endsWith(last);
}

/**
 * RFC 9309 section 2.2.2: octets outside US-ASCII and those that a URI cannot hold are escaped, escaped unreserved ones are
 * not, escapes are in upper case. Literal `*` and `$` are escaped, as section 2.2.3 has patterns name them.
 */
function comparable(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '%') {
      const digits = text.slice(at + 1, at + 3);
      if (/^[0-9a-fA-F]{2}$/.test(digits)) {
        const octet = String.fromCharCode(Number.parseInt(digits, 16));
        result += UNRESERVED.test(octet) ? octet : `%${digits.toUpperCase()}`;
        at += 2;
        continue;
      }
    }
    const isPlain = UNRESERVED.test(character) || (RESERVED.test(character) && character !== '*' && character !== '$');
    result += isPlain ? character : escapeOf(character);
  }
  return result;
}

function escapeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
