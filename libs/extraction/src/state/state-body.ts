import type { Block } from '../article.js';
import { buildBlocks, blockText } from '../body/blocks.js';
import { isBoilerplate } from '../body/boilerplate.js';
import { isPageLine } from '../body/lines.js';
import { shinglesOf } from '../body/reference.js';
import { segment } from '../body/segments.js';
import { parseHtml, type HtmlTree } from '../html-tree.js';
import { comparisonKey } from '../text.js';
import { embeddedState } from './embedded-state.js';
import { isFields, richTextHtml } from './rich-text.js';

/** Values looked at in the state of one page, and texts that are compared. */
const MAX_VALUES = 400_000;
const MAX_CANDIDATES = 40;
/** Characters of HTML that are read of them. */
const MAX_READ = 3_000_000;

/** Characters of running text that a body in the state has at least. */
const LEAST_BODY = 400;

/** Part of what the page shows that must stand in the state's text for it to be the same article. */
const AGREEMENT = 0.5;

/** A page that shows less than this of the text says too little to compare: there the title must do. */
const LEAST_SHOWN = 200;

/** What is known of the article from the rest of the page. */
export interface KnownText {
  title: string | undefined;
  /** What the page shows of the running text. */
  shown: string;
  /** Texts of which the body should hold one: the paragraphs shown, the metadata's description. */
  texts: readonly string[];
}

/** A text found in the state. */
interface Found {
  /** HTML, or HTML written from rich text. */
  readonly html: string;
  /** True when the object around it carries the article's title. */
  readonly titled: boolean;
}

/**
 * The article's text in the data that the page's scripts draw from: the longest text that holds what the page shows of
 * the article, or, where it shows nothing, stands beside the article's title. Undefined when there is none.
 */
export function findStateBody(tree: HtmlTree, known: KnownText, baseUrl: string): Block[] | undefined {
  const probes = [known.shown, ...known.texts]
    .map((text) => shinglesOf(text))
    .filter((shingles) => shingles.length >= 5);
  const shown = known.shown.length;
  let read = 0;
  for (const { html, titled } of findTexts(embeddedState(tree, samplesOf(known)), known.title)) {
    if (read + html.length > MAX_READ) continue;
    read += html.length;
    const blocks = readHtml(html, baseUrl);
    const text = blocks.map(blockText).join('\n');
    if (text.length < LEAST_BODY) continue;
    if (agrees(text, probes) || (titled && shown < LEAST_SHOWN)) return blocks;
  }
  return undefined;
}

/** Stretches of the known texts that no script writes in another way: letters and spaces of ASCII. */
const PLAIN = /(?<![A-Za-z])[A-Za-z]{1,40}(?: [A-Za-z]{1,40}){2,3}/g;

/** Words by which a script that holds the article is found; none when the texts are in another script than Latin. */
function samplesOf({ title, shown, texts }: KnownText): string[] {
  return [title ?? '', shown, ...texts].flatMap((text) => {
    const found = text.slice(0, MAX_SAMPLED).match(PLAIN) ?? [];
    // Markup may part words anywhere, so one stretch is not enough.
    return found.slice(0, 6);
  });
}

const MAX_SAMPLED = 400;

function agrees(text: string, probes: readonly string[][]): boolean {
  const own = new Set(shinglesOf(text));
  return probes.some((probe) => probe.filter((shingle) => own.has(shingle)).length >= AGREEMENT * probe.length);
}

function readHtml(html: string, baseUrl: string): Block[] {
  const tree = parseHtml(html);
  const { segments, overlays } = segment(tree);
  const kept = segments.filter(({ text }) => /\p{L}/u.test(text) && !isPageLine(text) && !isBoilerplate(text));
  return buildBlocks(tree, kept, overlays, baseUrl);
}

/** The longest texts of a state, as HTML: pieces of HTML and arrays of rich text. */
function findTexts(values: readonly unknown[], title: string | undefined): Found[] {
  const key = title === undefined ? undefined : comparisonKey(title);
  const found: Found[] = [];
  const queue: { value: unknown; titled: boolean }[] = values.map((value) => ({ value, titled: false }));
  for (let i = 0; i < queue.length && i < MAX_VALUES; i++) {
    const { value, titled } = queue[i]!;
    if (typeof value === 'string') {
      if (isHtmlText(value)) found.push({ html: value, titled });
      continue;
    }
    if (Array.isArray(value)) {
      if (isRichText(value)) found.push({ html: richTextHtml(value), titled });
      for (const entry of value) push(entry, titled);
    } else if (isFields(value)) {
      const own = headlineKey(value);
      const inherited = own === undefined ? titled : own === key;
      for (const entry of Object.values(value)) push(entry, inherited);
    }
  }
  return found.sort((a, b) => b.html.length - a.html.length).slice(0, MAX_CANDIDATES);

  function push(value: unknown, titled: boolean): void {
    if (typeof value === 'object' ? value !== null : typeof value === 'string' && value.length >= LEAST_BODY) {
      queue.push({ value, titled });
    }
  }
}

const HEADLINES = ['headline', 'title', 'headlines', 'heading'];

/** What an object calls itself, for comparing. */
function headlineKey(fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of HEADLINES) {
    const value = fields[name];
    const text = isFields(value) ? (value['basic'] ?? value['text'] ?? value['rendered']) : value;
    if (typeof text === 'string' && text.length >= 10 && text.length < 400) return comparisonKey(text);
  }
  return undefined;
}

function isHtmlText(text: string): boolean {
  return /<p[\s>]/i.test(text);
}

/** Entries of an array that must be paragraphs. */
const LEAST_PARAGRAPHS = 2;
const LEAST_PARAGRAPH = 60;
/** A longer array is a store of all kinds of values. */
const MAX_PARAGRAPHS = 800;

/**
 * True when entries of the array read as paragraphs: strings of prose, or nodes with one inside. Entries with
 * headlines of their own are articles, not paragraphs.
 */
function isRichText(entries: readonly unknown[]): boolean {
  if (entries.length > MAX_PARAGRAPHS) return false;
  let paragraphs = 0;
  let articles = 0;
  for (const entry of entries) {
    if (isProse(entry)) paragraphs++;
    else if (isFields(entry) && holdsProse(entry, 3)) {
      paragraphs++;
      if (headlineKey(entry) !== undefined) articles++;
    }
  }
  return paragraphs >= LEAST_PARAGRAPHS && articles <= paragraphs / 4;
}

function holdsProse(fields: Readonly<Record<string, unknown>>, depth: number): boolean {
  for (const value of Object.values(fields)) {
    if (isProse(value)) return true;
    if (depth === 0) continue;
    if (Array.isArray(value)) {
      if (value.some((entry) => isProse(entry) || (isFields(entry) && holdsProse(entry, depth - 1)))) return true;
    } else if (isFields(value) && holdsProse(value, depth - 1)) return true;
  }
  return false;
}

function isProse(value: unknown): boolean {
  return typeof value === 'string' && value.length >= LEAST_PARAGRAPH && /\p{L} \p{L}|[\u3040-\u9fff]{5}/u.test(value);
}
