import type { Block, Run } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import { comparisonKey } from '../text.js';
import { PhraseTable } from './phrase-table.js';
import { appendLine, runsText, segmentRuns } from './runs.js';
import type { Segment } from './segments.js';
import { buildTable, findDataTables } from './tables.js';

const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const LISTS = new Set(['ul', 'ol', 'menu']);

/**
 * Turns the kept segments of a body into blocks: paragraphs, headings, lists, definitions, quotes, tables of data,
 * preformatted text. A quote that is set apart and said in the running text as well is left out.
 */
export function buildBlocks(
  tree: HtmlTree,
  all: readonly Segment[],
  overlays: ReadonlySet<number>,
  baseUrl: string,
): Block[] {
  return buildEveryBlock(tree, withoutPullQuotes(tree, all), overlays, baseUrl);
}

/** Turns segments into blocks and leaves none out. */
export function buildEveryBlock(
  tree: HtmlTree,
  segments: readonly Segment[],
  overlays: ReadonlySet<number>,
  baseUrl: string,
): Block[] {
  const tables = findDataTables(tree, segments);
  const runsOf = (segment: Segment): Run[] => segmentRuns(tree, segment, overlays, baseUrl);
  const builder = new BlockBuilder(tree, runsOf);
  for (let i = 0; i < segments.length; i++) {
    const table = tables.get(segments[i]!);
    if (table === undefined) {
      builder.add(segments[i]!);
      continue;
    }
    const first = i;
    while (i + 1 < segments.length && tables.get(segments[i + 1]!) === table) i++;
    builder.addAll(buildTable(tree, table, segments.slice(first, i + 1), runsOf));
  }
  return withLevels(builder.blocks);
}

class BlockBuilder {
  readonly blocks: Block[] = [];
  /** What the last block was made from: segments of one list, quote or pre join the block before them. */
  private group = -1;
  private part = -1;
  private readonly hasPre: boolean;

  constructor(
    private readonly tree: HtmlTree,
    private readonly runsOf: (segment: Segment) => Run[],
  ) {
    this.hasPre = tree.names.includes('pre');
  }

  addAll(blocks: readonly Block[]): void {
    this.blocks.push(...blocks);
    [this.group, this.part] = [-1, -1];
  }

  add(segment: Segment): void {
    const { tree } = this;
    const pre = this.hasPre ? outermost(tree, segment.start, PRE) : undefined;
    if (pre !== undefined) return this.addPreformatted(pre);
    const runs = this.runsOf(segment);
    if (runs.length === 0) return;
    switch (tree.name(segment.shape)) {
      case 'li':
        return this.addItem(segment.shape, runs);
      case 'dt':
      case 'dd':
        return this.addDefinition(segment.shape, runs);
      case 'blockquote':
        return this.addQuoted(segment.shape, runs);
      default: {
        const shape = tree.name(segment.shape);
        const level = Math.max(2, Number(shape[1])) as 2;
        this.addAll([HEADINGS.has(shape) ? { kind: 'heading', level, runs } : { kind: 'paragraph', runs }]);
      }
    }
  }

  private addPreformatted(pre: number): void {
    const text = this.tree.textContent(pre).trimEnd().replace(/^\n+/, '');
    if (this.group !== pre && text.trim() !== '') this.blocks.push({ kind: 'preformatted', text });
    [this.group, this.part] = [pre, pre];
  }

  private addItem(node: number, runs: Run[]): void {
    const lists = ancestors(this.tree, node, LISTS);
    const outer = lists[lists.length - 1] ?? node;
    const isOrdered = (list: number | undefined): boolean => list !== undefined && this.tree.name(list) === 'ol';
    const previous = this.blocks[this.blocks.length - 1];
    const item = { depth: Math.max(0, lists.length - 1), ordered: isOrdered(lists[0]), runs };
    if (previous?.kind === 'list' && this.group === outer) {
      if (this.part === node) appendLine(previous.items[previous.items.length - 1]!.runs, runs);
      else previous.items.push(item);
    } else {
      const start = isOrdered(outer) ? Number.parseInt(this.tree.attribute(outer, 'start') ?? '1', 10) : 1;
      const first = start > 1 && start < 1_000_000 ? { start } : {};
      this.blocks.push({ kind: 'list', ordered: isOrdered(outer), ...first, items: [item] });
    }
    [this.group, this.part] = [outer, node];
  }

  private addDefinition(node: number, runs: Run[]): void {
    const list = ancestors(this.tree, node, DEFINITIONS)[0] ?? node;
    const previous = this.blocks[this.blocks.length - 1];
    const item = { term: this.tree.name(node) === 'dt', runs };
    if (previous?.kind === 'definitions' && this.group === list) {
      if (this.part === node) appendLine(previous.items[previous.items.length - 1]!.runs, runs);
      else previous.items.push(item);
    } else this.blocks.push({ kind: 'definitions', items: [item] });
    [this.group, this.part] = [list, node];
  }

  private addQuoted(node: number, runs: Run[]): void {
    const previous = this.blocks[this.blocks.length - 1];
    if (previous?.kind === 'quote' && this.group === node) previous.paragraphs.push(runs);
    else this.blocks.push({ kind: 'quote', paragraphs: [runs] });
    [this.group, this.part] = [node, node];
  }
}

const PRE = new Set(['pre']);
const DEFINITIONS = new Set(['dl']);

/** Elements outwards that are looked at for lists and tables. */
const MAX_LEVELS = 100;

/** The enclosing elements with one of the names, innermost first. */
function ancestors(tree: HtmlTree, node: number, names: ReadonlySet<string>): number[] {
  const found: number[] = [];
  for (let i = tree.parent(node), level = 0; i > 0 && level < MAX_LEVELS; i = tree.parent(i), level++)
    if (names.has(tree.name(i))) found.push(i);
  return found;
}

function outermost(tree: HtmlTree, node: number, names: ReadonlySet<string>): number | undefined {
  let found: number | undefined;
  for (let i = tree.parent(node), level = 0; i > 0 && level < MAX_LEVELS; i = tree.parent(i), level++)
    if (names.has(tree.name(i))) found = i;
  return found;
}

/** Numbers the levels that an article uses from 2 without gaps: pages choose them by their looks. */
function withLevels(blocks: Block[]): Block[] {
  const used = [...new Set(blocks.flatMap((block) => (block.kind === 'heading' ? [block.level] : [])))].sort();
  for (const block of blocks) if (block.kind === 'heading') block.level = (used.indexOf(block.level) + 2) as 2;
  return blocks;
}

const PULL_QUOTE = new PhraseTable([/ (?:pull ?quotes?|pullout|zitat ?box|quote ?box) /]);

/** Shorter quotes may be said twice. */
const LEAST_QUOTED = 25;

/** Quotes compared with the text. */
const MAX_QUOTES = 50;

/** Leaves out the quotes that are set apart and stand in the running text as well. */
function withoutPullQuotes(tree: HtmlTree, segments: readonly Segment[]): readonly Segment[] {
  const isQuote = ({ shape, container, text }: Segment): boolean =>
    text.length >= LEAST_QUOTED &&
    (tree.name(shape) === 'blockquote' ||
      [container, tree.parent(container)].some(
        (node) => node > 0 && PULL_QUOTE.matches(tree.attribute(node, 'class') ?? ''),
      ));
  const quotes = new Set(segments.filter(isQuote).slice(0, MAX_QUOTES));
  if (quotes.size === 0) return segments;
  const running = segments.flatMap((segment) => (quotes.has(segment) ? [] : [comparisonKey(segment.text)])).join(' ');
  return segments.filter((segment) => !quotes.has(segment) || !running.includes(comparisonKey(segment.text)));
}

/** The plain text of a block; list entries and table rows stand on lines of their own. */
export function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return runsText(block.runs);
    case 'list':
    case 'definitions':
      return block.items.map((item) => runsText(item.runs)).join('\n');
    case 'quote':
      return block.paragraphs.map(runsText).join('\n\n');
    case 'table': {
      const rows = block.rows.map((row) =>
        row
          .map((cell) => runsText(cell.runs))
          .join('\t')
          .trimEnd(),
      );
      return [...(block.caption ? [runsText(block.caption)] : []), ...rows].join('\n');
    }
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
