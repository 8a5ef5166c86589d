import type { Body } from '../body/find-body.js';
import { isDateLine } from '../body/lines.js';
import { Role } from '../body/names.js';
import { textWeight } from '../body/worth.js';
import type { Segment } from '../body/segments.js';
import type { HtmlTree } from '../html-tree.js';

/** How the text of a page is spread. Weights are letters, as `textWeight` counts them. */
export interface TextMeasures {
  /** Running text that would be stored. */
  weight: number;
  /** The heaviest run of paragraphs in one column. */
  core: number;
  /** All text of the page, links and menus included, up to a limit. */
  page: number;
  /** Lines that are links into the same site, as headlines in lists are, with their letters. */
  entries: number;
  entryWeight: number;
  /** Entries that stand between the first and the last paragraph. */
  interleaved: number;
  paragraphs: number;
  /** At least five paragraphs, all short, each in a box of its own. */
  scattered: boolean;
  /** Lines that are dates. */
  dates: number;
  /** Table cells with text, and their letters. */
  cells: number;
  cellWeight: number;
  /** Letters of readers' comments. */
  comments: number;
}

/** A linked line with fewer letters is a section's name or a button; in a heading it is a headline all the same. */
const LEAST_ENTRY = 25;
const LEAST_HEADING_ENTRY = 10;

/** A teaser says no more than this. */
const LONGEST_TEASER = 300;

export function measureText(tree: HtmlTree, body: Body, weight: number, url: string): TextMeasures {
  const { segments } = body.page;
  const host = siteOf(url);
  const columns = new Map<number, number>();
  let paragraphs = 0;
  for (const segment of body.kept) {
    const column = tree.parent(segment.container);
    columns.set(column, (columns.get(column) ?? 0) + textWeight(segment.text));
    if (isParagraph(tree, segment)) paragraphs++;
  }
  const from = body.kept[0]?.start ?? 0;
  const to = body.kept[body.kept.length - 1]?.start ?? 0;
  const measures: TextMeasures = {
    weight,
    core: Math.min(weight, mostOf(columns.values())),
    page: 0,
    entries: 0,
    entryWeight: 0,
    interleaved: 0,
    paragraphs,
    scattered: columns.size >= 5 && [...columns.values()].every((letters) => letters <= LONGEST_TEASER),
    dates: 0,
    cells: 0,
    cellWeight: 0,
    comments: 0,
  };
  segments.forEach((segment, i) => {
    const role = body.clutter.marks[i];
    const letters = textWeight(segment.text);
    measures.page += letters;
    if (role === Role.comments) measures.comments += letters;
    const shape = tree.name(segment.shape);
    if (shape === 'td' || shape === 'th') {
      measures.cells++;
      measures.cellWeight += letters;
    }
    if (segment.text.length < 40 && measures.dates < 10 && isDateLine(segment.text)) measures.dates++;
    const least = /^h[1-6]$/.test(shape) ? LEAST_HEADING_ENTRY : LEAST_ENTRY;
    if (role === Role.frame || letters < least || segment.linkLength < 0.8 * segment.text.length) return;
    if (!leadsInside(tree, segment, host)) return;
    measures.entries++;
    measures.entryWeight += letters;
    if (segment.start > from && segment.start < to) measures.interleaved++;
  });
  return measures;
}

function mostOf(numbers: Iterable<number>): number {
  let most = 0;
  for (const number of numbers) if (number > most) most = number;
  return most;
}

function isParagraph(tree: HtmlTree, { shape, text }: Segment): boolean {
  return !/^h\d$/.test(tree.name(shape)) && textWeight(text) >= LEAST_ENTRY;
}

/** Elements outwards in which a line's link is looked for. */
const LINK_LEVELS = 6;

function leadsInside(tree: HtmlTree, segment: Segment, site: string): boolean {
  for (let i = tree.parent(segment.start), level = 0; i > 0 && level < LINK_LEVELS; i = tree.parent(i), level++) {
    if (tree.name(i) !== 'a') continue;
    const href = tree.attribute(i, 'href')?.trim() ?? '';
    return !/^(?:https?:)?\/\//i.test(href) || siteOf(href.startsWith('/') ? `https:${href}` : href) === site;
  }
  return true;
}

/** The last two labels of the host, or three where the last but one is short, as in `example.co.uk`. */
function siteOf(url: string): string {
  const labels = (URL.parse(url)?.hostname ?? '').split('.');
  const short = (labels.at(-2)?.length ?? 0) <= 3;
  return labels.slice(short ? -3 : -2).join('.');
}
