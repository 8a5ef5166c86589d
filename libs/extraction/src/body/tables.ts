import type { Block, Run, TableCell } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import { appendLine } from './runs.js';
import type { Segment } from './segments.js';

/** A cell with more text than this is a part of the page's layout, not a datum. */
const MAX_CELL = 400;

/** Columns or rows that one cell may cover. */
const MAX_SPAN = 100;

/**
 * The table of data that each segment stands in. A table that lays out the page is none: it holds a long cell, another
 * table with text, never two cells in one row, or says that it is for presentation.
 */
export function findDataTables(tree: HtmlTree, segments: readonly Segment[]): ReadonlyMap<Segment, number> {
  const found = new Map<Segment, number>();
  if (!tree.names.includes('table')) return found;
  const layout = new Set<number>();
  const lengths = new Map<number, number>();
  const firstCells = new Map<number, number>();
  const broad = new Set<number>();
  for (const segment of segments) {
    const { cell, row, tables } = placeOf(tree, segment.start);
    const [table, ...outer] = tables;
    if (table === undefined) continue;
    found.set(segment, table);
    for (const one of outer) layout.add(one);
    if (tree.attribute(table, 'role') === 'presentation') layout.add(table);
    const length = (lengths.get(cell) ?? 0) + segment.text.length;
    lengths.set(cell, length);
    if (length > MAX_CELL && cell !== 0) layout.add(table);
    const firstCell = firstCells.get(row);
    if (cell === 0 || row === 0) continue;
    if (firstCell === undefined) firstCells.set(row, cell);
    else if (firstCell !== cell) broad.add(table);
  }
  for (const [segment, table] of found) if (layout.has(table) || !broad.has(table)) found.delete(segment);
  return found;
}

/** The innermost cell and row around a node, 0 for none, and all tables. */
function placeOf(tree: HtmlTree, node: number): { cell: number; row: number; tables: number[] } {
  let cell = 0;
  let row = 0;
  const tables: number[] = [];
  for (let i = tree.parent(node); i > 0; i = tree.parent(i)) {
    const name = tree.name(i);
    if (name === 'table') tables.push(i);
    else if (tables.length === 0 && cell === 0 && (name === 'td' || name === 'th')) cell = i;
    else if (tables.length === 0 && row === 0 && name === 'tr') row = i;
  }
  return { cell, row, tables };
}

/** The table that holds the segments, after what stands in it outside its rows. */
export function buildTable(
  tree: HtmlTree,
  table: number,
  segments: readonly Segment[],
  runsOf: (segment: Segment) => Run[],
): Block[] {
  const rows: TableCell[][] = [];
  const caption: Run[] = [];
  const strays: Block[] = [];
  let next = 0;
  let row: TableCell[] = [];
  const takeUpTo = (end: number, into: (runs: Run[], segment: Segment) => void): void => {
    for (; next < segments.length && segments[next]!.start < end; next++) {
      const runs = runsOf(segments[next]!);
      if (runs.length > 0) into(runs, segments[next]!);
    }
  };
  const takeStray = (runs: Run[], segment: Segment): void => {
    if (tree.name(segment.container) === 'caption') appendLine(caption, runs);
    else strays.push({ kind: 'paragraph', runs });
  };
  for (let i = table + 1; i < tree.end(table); i++) {
    const name = tree.name(i);
    if (name === 'table') i = tree.end(i) - 1;
    else if (name === 'tr') rows.push((row = []));
    else if (name === 'td' || name === 'th') {
      takeUpTo(i, takeStray);
      if (rows.length === 0) rows.push(row);
      const cell: TableCell = { header: name === 'th' || isInHead(tree, i), runs: [], ...spans(tree, i) };
      takeUpTo(tree.end(i), (runs) => appendLine(cell.runs, runs));
      row.push(cell);
      i = tree.end(i) - 1;
    }
  }
  takeUpTo(tree.end(table), takeStray);
  const filled = rows.filter((cells) => cells.some(({ runs }) => runs.length > 0));
  return [...strays, { kind: 'table', ...(caption.length > 0 && { caption }), rows: filled }];
}

function isInHead(tree: HtmlTree, cell: number): boolean {
  return tree.name(tree.parent(tree.parent(cell))) === 'thead';
}

function spans(tree: HtmlTree, cell: number): { colspan?: number; rowspan?: number } {
  const colspan = span(tree.attribute(cell, 'colspan'));
  const rowspan = span(tree.attribute(cell, 'rowspan'));
  return { ...(colspan !== undefined && { colspan }), ...(rowspan !== undefined && { rowspan }) };
}

function span(value: string | undefined): number | undefined {
  const count = Number.parseInt(value ?? '', 10);
  return count > 1 && count <= MAX_SPAN ? count : undefined;
}
