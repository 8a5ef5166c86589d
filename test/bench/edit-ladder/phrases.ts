import type { Chance } from './chance.ts';
import { keyOf, tokenize, type Block } from './markup.ts';

/** Words with single spaces between them and nothing that is written in more than one way; for scripts without spaces, signs. */
const RUN = /[\p{L}\p{N}\p{M}]+(?: [\p{L}\p{N}\p{M}]+)+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{6,}/gu;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u;
const MOST_WORDS = 6;
const LEAST_SIGNS = 12;
const LEAST_IDEOGRAPHS = 6;

/** Runs of words that stand unbroken in the source of a block. */
export function phrasesOf(html: string, { start, end }: Pick<Block, 'start' | 'end'>): string[] {
  return tokenize(html.slice(start, end))
    .filter(({ kind }) => kind === 'text')
    .flatMap(
      (token) =>
        html
          .slice(start + token.start, start + token.end)
          .replace(/&[#\w]{2,10};/g, '|')
          .match(RUN) ?? [],
    )
    .map((run) => (UNSPACED.test(run) ? run.slice(0, 12) : run.split(' ').slice(0, MOST_WORDS).join(' ')))
    .filter((run) => run.length >= (UNSPACED.test(run) ? LEAST_IDEOGRAPHS : LEAST_SIGNS));
}

const NAMED: Readonly<Record<string, string>> = {
  ...{
    ä: 'auml',
    ö: 'ouml',
    ü: 'uuml',
    Ä: 'Auml',
    Ö: 'Ouml',
    Ü: 'Uuml',
    ß: 'szlig',
    å: 'aring',
    ø: 'oslash',
    æ: 'aelig',
  },
  ...{ é: 'eacute', è: 'egrave', ê: 'ecirc', à: 'agrave', ç: 'ccedil', ñ: 'ntilde', á: 'aacute', í: 'iacute' },
  ...{ ó: 'oacute', ú: 'uacute', ã: 'atilde', õ: 'otilde', ô: 'ocirc', î: 'icirc', â: 'acirc' },
};

/** How a stretch of text may be spelled in a page's source: in markup, and in the JSON of its scripts. */
function spellings(text: string): string[] {
  const escaped = text.replace(/[^ -~]/g, utf16);
  const named = text.replace(/[^ -~]/g, (sign) => (sign in NAMED ? `&${NAMED[sign]};` : sign));
  return [
    text,
    text.replaceAll('"', '\\"'),
    escaped,
    escaped.replace(/\\u[\da-f]{4}/g, (unit) => `\\u${unit.slice(2).toUpperCase()}`),
    named,
  ];
}

function utf16(sign: string): string {
  return Array.from({ length: sign.length }, (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join(
    '',
  );
}

/** Replaces a stretch of text wherever the source has it: a newsroom edits an article, and its system writes every copy. */
export function replaceEverywhere(html: string, from: string, to: string): string {
  const [before, after] = [spellings(from), spellings(to)];
  return before.reduce(
    (source, spelled, i) => (before.indexOf(spelled) < i ? source : source.replaceAll(spelled, () => after[i]!)),
    html,
  );
}

/** The phrase with one of its words changed. */
export function reword(phrase: string, chance: Chance): string {
  if (UNSPACED.test(phrase))
    return phrase.slice(0, 2) + Array.from(phrase.slice(2, 5)).reverse().join('') + '新' + phrase.slice(5);
  const words = phrase.split(' ');
  const longest = words.reduce((best, word, i) => (word.length > words[best]!.length ? i : best), 0);
  const others = REPLACEMENTS.filter((word) => keyOf(word) !== keyOf(words[longest]!));
  return words.map((word, i) => (i === longest ? chance.pick(others) : word)).join(' ');
}

const REPLACEMENTS = ['winter', 'harbours', 'forty', 'disputed', 'northern', 'committee', 'quietly', 'Lindholm'];
