import type { Block, ListItem, Run, TableCell } from './article.js';
import { blockText } from './body/blocks.js';

/** Plain text of the blocks, separated by a blank line. */
export function toText(blocks: readonly Block[]): string {
  return blocks.map(blockText).filter(Boolean).join('\n\n');
}

/**
 * HTML of the blocks. It is safe by construction: every tag is written here, every text is escaped, the only attribute
 * is a link's address, and addresses were checked when the runs were made.
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
      return listHtml(block.ordered ? 'ol' : 'ul', block.items);
    case 'quote':
      return `<blockquote>${block.paragraphs.map((runs) => `<p>${runsHtml(runs)}</p>`).join('')}</blockquote>`;
    case 'table':
      return `<table>${block.rows.map(rowHtml).join('')}</table>`;
    case 'preformatted':
      return `<pre>${escapeHtml(block.text)}</pre>`;
  }
}

/** Nested lists, from items that carry their depth. A depth that jumps by more than one is taken as one level. */
function listHtml(tag: 'ol' | 'ul', items: readonly ListItem[]): string {
  let html = '';
  const depths: number[] = [];
  for (const item of items) {
    while (depths.length > 1 && item.depth < depths[depths.length - 1]!) {
      depths.pop();
      html += `</li></${tag}>`;
    }
    if (depths.length === 0 || item.depth > depths[depths.length - 1]!) {
      depths.push(item.depth);
      html += `<${tag}>`;
    } else html += '</li>';
    html += `<li>${runsHtml(item.runs)}`;
  }
  return html + `</li></${tag}>`.repeat(depths.length);
}

function rowHtml(row: readonly TableCell[]): string {
  const cells = row.map(({ header, runs }) => (header ? `<th>${runsHtml(runs)}</th>` : `<td>${runsHtml(runs)}</td>`));
  return `<tr>${cells.join('')}</tr>`;
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
