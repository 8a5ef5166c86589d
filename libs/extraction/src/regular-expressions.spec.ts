import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { PHRASES } from './page-kind/phrases.js';

/*
 * Every regular expression of the sources, fed with texts that almost match it, at two lengths: one whose cost grows
 * faster than the text is found here rather than by a hostile page.
 */

interface Found {
  name: string;
  pattern: RegExp;
}

/** The regular expression literals of all source files, and those that are put together from parts. */
function patterns(): Found[] {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
  );
  const found = files.flatMap((file) => literalsOf(join(import.meta.dirname, file)));
  const composed = Object.entries(PHRASES).map(([kind, { telling }]) => ({
    name: `phrases ${kind}`,
    pattern: telling,
  }));
  return [...found, ...composed];
}

function literalsOf(path: string): Found[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const flags = node.text.slice(end + 1).replace('y', '');
      found.push({
        name: `${relative(import.meta.dirname, path)}:${line}`,
        pattern: new RegExp(node.text.slice(1, end), flags),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Signs that classes stand for. */
const GENERAL = [
  ' ',
  '\t',
  '\n',
  'a',
  'A',
  '0',
  '.',
  '-',
  '_',
  '(',
  '/',
  ':',
  '"',
  '<',
  ',',
  '©',
  '\u00a0',
  'é',
  '日',
  '\ud800',
];

/** What to repeat: single signs, the words of the pattern alone and with a space or a digit, and pairs of signs. */
function pumps({ source }: RegExp): string[] {
  const words = [...new Set(source.match(/[\p{L}]{2,}/gu) ?? [])].filter((word) => word.length < 20).slice(0, 12);
  const escapes = source.includes('\\d') ? ['1', '1 ', '12.', '1:', 'a1'] : [];
  const pairs = ['a ', 'A ', ' -', '. ', ', ', '@a', 'a@', '((', '[[', ' \n', 'a.', '19', 'Aa '];
  return [...GENERAL, ...escapes, ...pairs, ...words, ...words.map((word) => `${word} `)];
}

/** Milliseconds of the fastest of some runs over a text. */
function cost(pattern: RegExp, text: string): number {
  let best = Infinity;
  for (let run = 0; run < 3 && best >= NEGLIGIBLE / GROWTH; run++) {
    const begun = performance.now();
    pattern.lastIndex = 0;
    text.replace(pattern, '');
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}

const SHORT = 1_000;
const GROWTH = 16;
/** Faster than this at the longer length no growth is worth a look, however noisy the machine. */
const NEGLIGIBLE = 8;
/** Linear growth costs 16 times the time, square growth 256 times. */
const MOST = 64;

/** Texts on which the pattern's cost grows faster than they do. */
function superlinear({ name, pattern }: Found): string[] {
  return pumps(pattern).flatMap((pump) => {
    const text = (length: number): string => `${pump.repeat(Math.ceil(length / pump.length)).slice(0, length)}\u0001`;
    const long = cost(pattern, text(SHORT * GROWTH));
    if (long < NEGLIGIBLE) return [];
    const short = cost(pattern, text(SHORT));
    return long / Math.max(short, 0.01) > MOST
      ? [`${name} on ${JSON.stringify(pump)}: ${short.toFixed(2)} ms, then ${long.toFixed(1)} ms`]
      : [];
  });
}

describe('regular expressions', () => {
  const all = patterns();

  it('are found', () => {
    expect(all.length).toBeGreaterThan(60);
  });

  it('cost time in proportion to the text', () => {
    expect(all.flatMap(superlinear)).toEqual([]);
  });

  it('would be found if they did not', () => {
    expect(superlinear({ name: 'planted', pattern: /(?:\s+)x|a+$/ }).length).toBeGreaterThan(0);
  });
});
