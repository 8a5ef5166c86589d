import { blocksOf, keyOf, tokenize, type Block } from './markup.ts';
import type { KnownPage } from './pages.ts';

/** A page with the places of its article in the source. */
export interface Anchored extends KnownPage {
  /** Paragraphs of the article, in order. */
  places: readonly Block[];
  /** Every line of the page. */
  lines: readonly Block[];
  /** The heading that shows the title. */
  heading: Block | undefined;
}

/** Signs of a paragraph that nothing else in the page repeats by chance; scripts without letters of sound need fewer. */
const LEAST_SIGNS = 60;
const LEAST_IDEOGRAPHS = 20;

/** Paragraphs that a page must have for its article to be told from the rest. */
const LEAST_PARAGRAPHS = 3;

/**
 * Finds the paragraphs that the page is known to hold in its source.
 *
 * @returns undefined for a page in which too few of them stand as they are known
 */
export function anchor(page: KnownPage): Anchored | undefined {
  const lines = blocksOf(page.html, tokenize(page.html));
  const known = new Set(page.paragraphs.map(keyOf));
  const all = page.paragraphs.map(keyOf).join('|');
  const seen = new Set<string>();
  const places: Block[] = [];
  for (const line of lines) {
    const key = keyOf(line.text);
    const least = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(line.text)
      ? LEAST_IDEOGRAPHS
      : LEAST_SIGNS;
    if (key.length < least || seen.has(key) || !(known.has(key) || all.includes(key))) continue;
    seen.add(key);
    places.push(line);
  }
  if (places.length < LEAST_PARAGRAPHS) return undefined;
  const title = keyOf(page.title);
  const headings = lines.filter(({ name }) => name === 'h1');
  const shown = [...headings, ...lines].find(({ text }) => keyOf(text) === title);
  const heading = shown ?? (headings.length === 1 ? headings[0] : undefined);
  return { ...page, places, lines, heading };
}

/** The source with text put in at a place. */
export function insertAt(html: string, at: number, text: string): string {
  return html.slice(0, at) + text + html.slice(at);
}

/** The end of the paragraph that lies at a part of the article, 0 its first, 1 its last. */
export function afterParagraph({ places }: Anchored, part: number): number {
  return places[Math.round(part * (places.length - 1))]!.outerEnd;
}
