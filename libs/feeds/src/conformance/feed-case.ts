import { decodePage } from '@newsmill/web';
import type { ReadFeed } from '../read-feed.js';
import { readFeed } from '../read-feed.js';
import { NotAFeed } from '../not-a-feed.js';
import { evaluate, isTrue, Missing, pathsOf } from './evaluation.js';
import { excludedFolder, excludedName, excludedPath } from './exclusions.js';
import { type Expression, readExpression, UnreadableExpression } from './expression.js';
import { feedparserView } from './feedparser-view.js';
import { sameValue } from './same-value.js';

export type Verdict =
  | { name: string; outcome: 'passed' }
  | { name: string; outcome: 'failed'; found: string }
  /** Not about what newsmill reads; the reason is one of the exclusions'. */
  | { name: string; outcome: 'excluded'; reason: string };

/** Addresses of the cases as their own test server had them. */
const SERVER = 'http://127.0.0.1:8097/';

/** Judges one case by the expectation that stands at its head. @throws what the reading throws beyond NotAFeed */
export function judge(name: string, bytes: Uint8Array): Verdict {
  const head = headOf(bytes);
  const feed = read(bytes, head.contentType);
  const reason = excludedFolder(name) ?? excludedName(name) ?? head.excluded;
  if (reason !== undefined) return { name, outcome: 'excluded', reason };

  const expected = expectationOf(head.expectation);
  if (typeof expected === 'string') return { name, outcome: 'excluded', reason: expected };
  if (feed === undefined) return { name, outcome: 'failed', found: 'refused as no feed' };
  const { feed: top, entries, encoding, version } = feedparserView(feed);
  try {
    const scope = { bozo: false, feed: top, entries, encoding, version };
    if (expected.every((part) => isTrue(evaluate(part, scope, sameValue)))) return { name, outcome: 'passed' };
    return { name, outcome: 'failed', found: JSON.stringify([top, entries[0], encoding]) };
  } catch (error) {
    if (error instanceof Missing) return { name, outcome: 'failed', found: `no ${error.message}` };
    throw error;
  }
}

function read(bytes: Uint8Array, contentType: string | undefined): ReadFeed | undefined {
  try {
    return readFeed(bytes, { url: SERVER, ...(contentType !== undefined && { contentType }) });
  } catch (error) {
    if (error instanceof NotAFeed) return undefined;
    throw error;
  }
}

/** The parts that concern what newsmill reads, or the reason why none does. */
function expectationOf(source: string | undefined): Expression[] | string {
  if (source === undefined) return 'its expectation cannot be read in the charset that newsmill finds';
  let whole: Expression;
  try {
    whole = readExpression(source);
  } catch (error) {
    if (error instanceof UnreadableExpression) return 'its expectation is no plain comparison';
    throw error;
  }
  const parts = (whole.kind === 'both' ? whole.operands : [whole]).filter((part) => !isBozo(part));
  if (parts.every((part) => part.kind === 'literal')) {
    return 'it expects no more than that nothing fails, or a word on well-formedness, which newsmill does not give';
  }
  for (const path of parts.flatMap((part) => [...pathsOf(part)])) {
    const reason = excludedPath(path);
    if (reason !== undefined) return reason;
  }
  return parts;
}

function isBozo(part: Expression): boolean {
  return part.kind === 'not' ? isBozo(part.operand) : part.kind === 'name' && part.name === 'bozo';
}

/** Header lines and expectation of the comment at a case's head. */
function headOf(bytes: Uint8Array): { contentType?: string; expectation?: string; excluded?: string } {
  const text = textOf(bytes);
  const comment = /<!--([^]*?)-->/.exec(text)?.[1] ?? '';
  const expectation = /^\s*Expect:\s*([^]*?)\s*$/m.exec(comment)?.[1];
  const full =
    expectation === undefined ? undefined : comment.slice(comment.indexOf('Expect:') + 'Expect:'.length).trim();
  const headers = new Map(
    [...comment.matchAll(/^\s*Header:\s*([\w-]+):[ \t]*(.*)$/gm)].map(([, key = '', value = '']) => [
      key.toLowerCase(),
      value.trim(),
    ]),
  );
  const contentType = headers.get('content-type');
  return {
    ...(contentType !== undefined && { contentType }),
    ...(full !== undefined && { expectation: full }),
    ...(headers.has('content-location') && {
      excluded: 'Content-Location as base address: RFC 9110 (section 8.7) gives it no such meaning',
    }),
    ...(headers.has('content-language') && {
      excluded: 'Content-Language of the answer: the language is read from the feed',
    }),
  };
}

/** Some cases say their expectation in octets that their declaration does not fit. */
function textOf(bytes: Uint8Array): string {
  const { text } = decodePage(bytes);
  return text.includes('Expect:') ? text : new TextDecoder('windows-1252').decode(bytes);
}
