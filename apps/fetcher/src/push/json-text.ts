import { Problem } from '@newsmill/service';

/** Deepest nesting of a JSON document that is taken: ninjs needs under ten levels. */
const DEEPEST = 64;

/**
 * Octets as JSON: UTF-8 (RFC 8259 section 8.1), not nested too deeply for those who walk through it, without the NUL
 * character, which no database keeps.
 * @throws Problem 400
 */
export function parseJsonText(text: string): unknown {
  refuseHostile(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(400, `the body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** Text of octets that must be UTF-8; a byte order mark is dropped. @throws Problem 400 */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'the body is not valid UTF-8');
  }
}

/** RFC 6901 */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** One pass over the characters, before anything is built of them. */
function refuseHostile(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0) throw new Problem(400, 'the body holds the NUL character');
    if (inString) {
      if (code === BACKSLASH) {
        if (text.startsWith('u0000', at + 1)) throw new Problem(400, 'the body holds the NUL character (\\u0000)');
        at += 1;
      } else if (code === QUOTE) {
        inString = false;
      }
    } else if (code === QUOTE) {
      inString = true;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > DEEPEST) throw new Problem(400, `the body is nested more than ${DEEPEST} levels deep`);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
}

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
