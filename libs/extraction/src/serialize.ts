import type { Block, Definition, ListItem, Run, TableCell } from './article.js';
import { blockText } from './body/blocks.js';

/** Plain text of the blocks, separated by a blank line. */
export function toText(blocks: readonly Block[]): string {
  return blocks.map(blockText).filter(Boolean).join('\n\n');
}

/**
 * HTML of the blocks. It is safe by construction: every tag is written here, every text is escaped, the only attributes
 * are a link's address, which was checked when the runs were made, and the numbers `start`, `colspan` and `rowspan`.
 */
export function toHtml(blocks: readonly Block[]): string {
  return blocks.map(blockHtml).join('\n');
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${runsHtml(block.runs)}</p>`;
    case 'heading':
      return `<h${block.level}>${runsHtml(block.runs)}</h${block.level}>`;
    case 'list':
      return listHtml(block.items, block.ordered, block.start);
    case 'definitions':
      return `<dl>${block.items.map(definitionHtml).join('')}</dl>`;
    case 'quote':
      return `<blockquote>${block.paragraphs.map((runs) => `<p>${runsHtml(runs)}</p>`).join('')}</blockquote>`;
    case 'table':
      return `<table>${block.caption ? `<caption>${runsHtml(block.caption)}</caption>` : ''}${block.rows.map(rowHtml).join('')}</table>`;
    case 'preformatted':
      return `<pre>${escapeHtml(block.text)}</pre>`;
  }
}

/** Nested lists, from items that carry their depth. A depth that jumps by more than one is taken as one level. */
function listHtml(items: readonly ListItem[], ordered: boolean, start: number | undefined): string {
  let html = '';
  const open: { depth: number; tag: string }[] = [];
  for (const item of items) {
    while (open.length > 1 && item.depth <= open[open.length - 2]!.depth) html += `</li></${open.pop()!.tag}>`;
    const list = open[open.length - 1];
    const tag = (open.length > (list && item.depth <= list.depth ? 1 : 0) ? item.ordered : ordered) ? 'ol' : 'ul';
    if (!list || item.depth > list.depth) {
      html += `<${tag}${!list && start !== undefined ? ` start="${start}"` : ''}>`;
      open.push({ depth: item.depth, tag });
    } else if (open.length > 1 && tag !== list.tag) {
      html += `</li></${list.tag}><${tag}>`;
      list.tag = tag;
    } else html += '</li>';
    open[open.length - 1]!.depth = item.depth;
    html += `<li>${runsHtml(item.runs)}`;
  }
  for (const { tag } of open.reverse()) html += `</li></${tag}>`;
  return html;
}

function definitionHtml({ term, runs }: Definition): string {
  return term ? `<dt>${runsHtml(runs)}</dt>` : `<dd>${runsHtml(runs)}</dd>`;
}

function rowHtml(row: readonly TableCell[]): string {
  return `<tr>${row.map(cellHtml).join('')}</tr>`;
}

function cellHtml({ header, runs, colspan, rowspan }: TableCell): string {
  const tag = header ? 'th' : 'td';
  const columns = colspan === undefined ? '' : ` colspan="${colspan}"`;
  const lines = rowspan === undefined ? '' : ` rowspan="${rowspan}"`;
  return `<${tag}${columns}${lines}>${runsHtml(runs)}</${tag}>`;
}

function runsHtml(runs: readonly Run[]): string {
  return runs.map(runHtml).join('');
}

function runHtml(run: Run): string {
  let html = escapeHtml(run.text).replaceAll('\n', '<br>');
  if (run.code) html = `<code>${html}</code>`;
  if (run.emphasis) html = `<em>${html}</em>`;
  if (run.strong) html = `<strong>${html}</strong>`;
  return run.href === undefined ? html : `<a href="${escapeHtml(run.href)}">${html}</a>`;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (c) => ESCAPES[c]!) : text;
}
