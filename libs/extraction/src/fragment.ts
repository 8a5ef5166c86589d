import type { Block } from './article.js';
import { buildEveryBlock } from './body/blocks.js';
import { segment } from './body/segments.js';
import { parseHtml } from './html-tree.js';
import { toHtml, toText } from './serialize.js';
import { wellFormed } from './text.js';

/** A text whose every word is wanted, in both forms that a record carries. */
export interface Fragment {
  /** Paragraphs parted by a blank line. */
  text: string;
  /** Sanitised: see {@link toHtml} for what it may hold. */
  html: string;
  /** True when the HTML went past a limit and its rest was left out. */
  cut: boolean;
}

/**
 * Reads HTML that is a text and nothing else, as newsrooms send it: nothing is judged by its looks or left out as
 * clutter, only scripts, forms, pictures and the like are no text. Never throws on content.
 * @param baseUrl what relative links resolve against; without a web address they are dropped, their text stays
 */
export function readFragment(html: string, baseUrl: string): Fragment {
  const tree = parseHtml(wellFormed(html));
  const blocks = buildEveryBlock(tree, segment(tree).segments, new Set(), baseUrl);
  return { ...written(blocks), cut: tree.cut };
}

/** Reads plain text: blank lines part its paragraphs; where there are none, every line is a paragraph. */
export function readPlainText(text: string): Fragment {
  const lines = wellFormed(text)
    .split(/\r\n?|\n|\u2028|\u2029/)
    .map((line) => line.trim());
  return { ...written(paragraphsOf(lines)), cut: false };
}

function paragraphsOf(lines: readonly string[]): Block[] {
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  const inner = first < 0 ? [] : lines.slice(first, last + 1);
  const byLine = !inner.includes('');
  const paragraphs: string[][] = [];
  let open = false;
  for (const line of inner) {
    if (line === '') open = false;
    else if (open && !byLine) paragraphs[paragraphs.length - 1]!.push(line);
    else {
      paragraphs.push([line]);
      open = true;
    }
  }
  return paragraphs.map((paragraph) => ({ kind: 'paragraph', runs: [{ text: paragraph.join('\n') }] }));
}

function written(blocks: readonly Block[]): { text: string; html: string } {
  return { text: toText(blocks), html: toHtml(blocks) };
}
