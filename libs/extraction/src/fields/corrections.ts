import type { Block, Correction } from '../article.js';
import { blockText } from '../body/blocks.js';
import type { Body } from '../body/find-body.js';
import { Role } from '../body/names.js';
import type { Trace } from '../explain/trace.js';
import type { Segment } from '../body/segments.js';
import type { HtmlTree } from '../html-tree.js';
import { isNode, ldText, list, samePage, typesOf, ldUrl } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { openingOf, speaksOfError } from './correction-words.js';
import { parseDate } from './date-formats.js';
import { decodeText } from './entities.js';

/** Longer paragraphs talk about corrections instead of making one. */
const MAX_NOTE = 1_200;

/** Corrections kept of one article: a page with more is a column of them. */
const MAX_CORRECTIONS = 20;

/** Parts of the page whose lines are never the article's. */
const ELSEWHERE: ReadonlySet<number> = new Set([Role.comments, Role.related, Role.promotion, Role.tags, Role.caption]);

/** The corrections of a page, and the lines of its text that they are. */
export interface Corrections {
  readonly corrections: readonly Correction[];
  /** Where they were found, in the order of `corrections`. */
  readonly sources: readonly ('json-ld' | 'microdata' | 'dom')[];
  /** Comparison keys of the paragraphs that hold them, labels included. */
  readonly lines: ReadonlySet<string>;
}

/**
 * What the publisher corrected: schema.org `correction` and CorrectionComment, then the notes that the page shows, each
 * correction once.
 *
 * @param after the node of the heading: notes stand below it
 */
export function findCorrections(
  tree: HtmlTree,
  metadata: PageMetadata,
  body: Body,
  after: number,
  trace?: Trace,
): Corrections {
  const corrections: Correction[] = [];
  const sources: Corrections['sources'][number][] = [];
  const add = (correction: Correction, source: (typeof sources)[number]): void => {
    const known = corrections.findIndex(({ text }) => isSame(text, correction.text));
    if (known >= 0) corrections[known] = { ...correction, ...corrections[known] };
    else if (corrections.length < MAX_CORRECTIONS) {
      corrections.push(correction);
      sources.push(source);
    }
  };
  for (const correction of statedCorrections(metadata)) add(correction, 'json-ld');
  for (const { name, node } of metadata.itemProperties) {
    const said =
      name === 'correction' ? collapse(tree.attribute(node, 'content') ?? tree.textContent(node, MAX_NOTE)) : '';
    if (said !== '' && !/^https?:/.test(said)) add(withDate(said), 'microdata');
  }
  const lines = new Set<string>();
  for (const { text, parts } of shownNotes(tree, body, after)) {
    add(withDate(text), 'dom');
    for (const part of parts) {
      lines.add(comparisonKey(part.text));
      trace?.drop(part, 'correction');
    }
  }
  return { corrections, sources, lines };
}

/** One says what the other says, with or without a label: a note and its machine-readable copy. */
function isSame(a: string, b: string): boolean {
  const [short, long] = [comparisonKey(a), comparisonKey(b)].sort((x, y) => x.length - y.length) as [string, string];
  return short !== '' && long.includes(short.length > 200 ? short.slice(0, 200) : short);
}

function statedCorrections({ jsonLd, baseUrl }: PageMetadata): Correction[] {
  const { article, nodes, resolve } = jsonLd;
  // A comment that no article names is the page's where it names no other article.
  const loose = nodes.filter(
    (node) =>
      typesOf(node).includes('correctioncomment') &&
      list(node['about'] ?? node['parentItem'] ?? node['itemReviewed']).every((about) => {
        const url = ldUrl(resolve(about));
        return resolve(about) === article || (url !== undefined && samePage(url, baseUrl));
      }),
  );
  return [...list(article?.['correction']), ...list(article?.['corrections']), ...loose].flatMap((value) => {
    const node = resolve(value);
    const said = isNode(node)
      ? (ldText(node['text']) ?? ldText(node['description']) ?? ldText(node['name']))
      : ldText(node);
    const text = said === undefined ? '' : collapse(stripTags(decodeText(said.slice(0, 4 * MAX_NOTE))));
    if (text === '' || /^https?:\S*$/.test(text)) return [];
    const date = isNode(node)
      ? ldText(node['datePublished'] ?? node['dateCreated'] ?? node['dateModified'])
      : undefined;
    const iso = date === undefined ? undefined : parseDate(date)?.iso;
    return [iso === undefined ? withDate(text) : { text, date: iso }];
  });
}

/** Signs at the beginning of a note in which it may say when it was made. */
const DATE_SIGNS = 120;

/** "Correction, 10 October 2025: …", "This article was amended on 3 May to …": the note with the day that it names so. */
function withDate(text: string): Correction {
  const opening =
    /^.{0,60}?\b(?:on|am|vom|le|el|em|op|den|del|du|added|made|correction|corrected|korrektur)\b.{0,60}/iu.exec(
      text.slice(0, DATE_SIGNS),
    );
  const head = /^[^:：]{0,70}(?=[:：])/u.exec(text)?.[0] ?? opening?.[0];
  const iso = head === undefined ? undefined : parseDate(head)?.iso;
  return iso === undefined ? { text } : { text, date: iso };
}

interface Note {
  text: string;
  /** The lines that make it: a label may stand on its own. */
  parts: readonly Segment[];
}

/** Lines after the article among which its correction may stand, and those at its ends where a label alone marks one. */
const MOST_AFTER = 25;
const AT_START = 2;
const AT_END = 3;

/** The notes that stand in and below the article. Every line is judged by its beginning. */
function shownNotes(tree: HtmlTree, { page, clutter, kept }: Body, after: number): Note[] {
  const { segments } = page;
  if (kept.length === 0) return [];
  const ofBody = new Map(kept.map((segment, i) => [segment.start, i]));
  const last = segments.findLastIndex(({ start }) => ofBody.has(start));
  const end = Math.min(segments.length, last + 1 + MOST_AFTER);
  const from = Math.min(after, kept[0]!.start);
  const first = segments.findIndex(({ start }) => start >= from);
  const notes: Note[] = [];
  for (let i = Math.max(0, first); i < end; i++) {
    const segment = segments[i]!;
    if (ELSEWHERE.has(clutter.marks[i]!) || !isNote(segment)) continue;
    const place = ofBody.get(segment.start);
    const atEdge = place === undefined ? i <= last + 1 + AT_END : place < AT_START || place >= kept.length - AT_END;
    const opening = openingOf(segment.text);
    if (opening === 'statement' || (opening === 'label' && (atEdge || speaksOfError(segment.text))))
      notes.push({ text: segment.text, parts: [segment] });
    else if (opening === 'bare-label') {
      const next = segments[i + 1];
      if (next && isNote(next) && speaksOfError(next.text) && sharesBox(tree, segment, next)) {
        notes.push({ text: next.text, parts: [segment, next] });
        i++;
      }
    }
  }
  return notes;
}

function isNote({ text, linkLength }: Segment): boolean {
  return text.length <= MAX_NOTE && linkLength <= 0.5 * text.length;
}

/** True for lines in one box, or right after each other in one column. */
function sharesBox(tree: HtmlTree, label: Segment, next: Segment): boolean {
  return tree.contains(tree.parent(label.container), next.start) || tree.contains(label.container, next.start);
}

/** The blocks without the paragraphs that are corrections: they stand in a field of their own. */
export function withoutCorrections(blocks: readonly Block[], { lines }: Corrections): Block[] {
  if (lines.size === 0) return [...blocks];
  return blocks.filter(
    (block) => (block.kind !== 'paragraph' && block.kind !== 'heading') || !lines.has(comparisonKey(blockText(block))),
  );
}
