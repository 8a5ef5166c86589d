import type { Block, ListItem, Run, TableCell } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import { runsText, segmentRuns } from './runs.js';
import type { Segment } from './segments.js';

const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const CELLS = new Set(['td', 'th']);

/** A cell with more text than this is a part of the page's layout, not a datum. */
const MAX_CELL = 400;

/** Turns the kept segments of a body into blocks: paragraphs, headings, lists, quotes, tables, preformatted text. */
export function buildBlocks(
  tree: HtmlTree,
  segments: readonly Segment[],
  overlays: ReadonlySet<number>,
  baseUrl: string,
): Block[] {
  const blocks: Block[] = [];
  const layoutTables = findLayoutTables(tree, segments);
  // What the last block was made from: segments of one list, table, quote or pre join the block before them.
  let group = -1;
  let part = -1;
  for (const segment of segments) {
    const shape = tree.name(segment.shape);
    const previous = blocks[blocks.length - 1];
    if (shape === 'pre') {
      const text = tree.textContent(segment.shape).trimEnd().replace(/^\n/, '');
      if (group !== segment.shape && text) blocks.push({ kind: 'preformatted', text });
      group = segment.shape;
      continue;
    }
    const runs = segmentRuns(tree, segment, overlays, baseUrl);
    if (runs.length === 0) continue;
    if (HEADINGS.has(shape)) {
      blocks.push({ kind: 'heading', level: Math.max(2, Number(shape[1])) as 2, runs });
      group = -1;
    } else if (shape === 'li') {
      const lists = ancestors(tree, segment.shape, (name) => name === 'ul' || name === 'ol');
      const outer = lists[lists.length - 1] ?? segment.shape;
      const item: ListItem = { depth: Math.max(0, lists.length - 1), runs };
      if (previous?.kind === 'list' && group === outer) {
        const lastItem = previous.items[previous.items.length - 1];
        if (part === segment.shape && lastItem) lastItem.runs.push({ text: '\n' }, ...runs);
        else previous.items.push(item);
      } else blocks.push({ kind: 'list', ordered: tree.name(outer) === 'ol', items: [item] });
      [group, part] = [outer, segment.shape];
    } else if (CELLS.has(shape)) {
      const table = ancestors(tree, segment.shape, (name) => name === 'table')[0] ?? -1;
      if (table < 0 || layoutTables.has(table)) {
        blocks.push({ kind: 'paragraph', runs });
        group = -1;
        continue;
      }
      const row = ancestors(tree, segment.shape, (name) => name === 'tr')[0] ?? -1;
      const cell: TableCell = { header: shape === 'th', runs };
      if (previous?.kind !== 'table' || group !== table) blocks.push({ kind: 'table', rows: [[cell]] });
      else addCell(previous.rows, cell, part === row);
      [group, part] = [table, row];
    } else if (shape === 'blockquote') {
      if (previous?.kind === 'quote' && group === segment.shape) previous.paragraphs.push(runs);
      else blocks.push({ kind: 'quote', paragraphs: [runs] });
      group = segment.shape;
    } else {
      blocks.push({ kind: 'paragraph', runs });
      group = -1;
    }
  }
  return blocks;
}

function addCell(rows: TableCell[][], cell: TableCell, sameRow: boolean): void {
  const row = rows[rows.length - 1];
  if (sameRow && row) row.push(cell);
  else rows.push([cell]);
}

function findLayoutTables(tree: HtmlTree, segments: readonly Segment[]): ReadonlySet<number> {
  const layout = new Set<number>();
  const lengths = new Map<number, number>();
  for (const { shape, text } of segments) {
    if (!CELLS.has(tree.name(shape))) continue;
    const length = (lengths.get(shape) ?? 0) + text.length;
    lengths.set(shape, length);
    if (length <= MAX_CELL) continue;
    for (const table of ancestors(tree, shape, (name) => name === 'table')) layout.add(table);
  }
  return layout;
}

/** The enclosing elements with a fitting name, innermost first. */
function ancestors(tree: HtmlTree, node: number, fits: (name: string) => boolean): number[] {
  const found: number[] = [];
  for (let i = tree.parent(node); i > 0; i = tree.parent(i)) if (fits(tree.name(i))) found.push(i);
  return found;
}

/** The plain text of a block; list entries and table rows stand on lines of their own. */
export function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return runsText(block.runs);
    case 'list':
      return block.items.map((item) => runsText(item.runs)).join('\n');
    case 'quote':
      return block.paragraphs.map(runsText).join('\n\n');
    case 'table':
      return block.rows.map((row) => row.map((cell) => runsText(cell.runs)).join('\t')).join('\n');
    case 'preformatted':
      return block.text;
  }
}

/** Paragraph blocks of a plain text, parted at line ends. */
export function blocksOfText(text: string): Block[] {
  return text
    .split(/\n+/)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
    .map((line): Block => ({ kind: 'paragraph', runs: [{ text: line } satisfies Run] }));
}
