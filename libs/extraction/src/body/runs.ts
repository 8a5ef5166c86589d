import type { Run } from '../article.js';
import { TEXT, type HtmlTree } from '../html-tree.js';
import { safeLink } from '../links.js';
import { joinSpaces } from '../text.js';
import type { Segment } from './segments.js';

const SKIPPED = new Set(['script', 'style', 'template', 'noscript', 'svg', 'button', 'iframe']);
const STRONG = new Set(['b', 'strong']);
const EMPHASIS = new Set(['em', 'i', 'cite', 'dfn', 'var']);
const CODE = new Set(['code', 'kbd', 'samp', 'tt']);

/** The segment's text with its links and emphasis; white space collapsed, ends trimmed. */
export function segmentRuns(tree: HtmlTree, segment: Segment, baseUrl: string): Run[] {
  const runs: Run[] = [];
  let atStart = true;
  // Asking the runs for their last sign would make one string of all their parts every time.
  let spaced = false;
  for (let i = segment.start; i < segment.end; i++) {
    const name = tree.name(i);
    if (name === 'br') {
      if (!atStart) append(runs, { text: '\n' });
      atStart = true;
      continue;
    }
    if (SKIPPED.has(name)) i = tree.end(i) - 1;
    if (name !== TEXT) continue;
    let text = joinSpaces(tree.texts[i]!);
    if ((atStart || spaced) && text.startsWith(' ')) text = text.slice(1);
    if (text === '') continue;
    atStart = false;
    spaced = text.endsWith(' ');
    append(runs, { text, ...formatting(tree, i, segment.container, baseUrl) });
  }
  return trimEnd(runs);
}

/** The plain text of runs. */
export function runsText(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('');
}

function formatting(tree: HtmlTree, node: number, container: number, baseUrl: string): Omit<Run, 'text'> {
  const format: Omit<Run, 'text'> = {};
  for (let i = tree.parent(node); i > container; i = tree.parent(i)) {
    const name = tree.name(i);
    if (name === 'a') {
      const href = safeLink(tree.attribute(i, 'href'), baseUrl);
      if (href !== undefined && format.href === undefined) format.href = href;
    } else if (STRONG.has(name)) format.strong = true;
    else if (EMPHASIS.has(name)) format.emphasis = true;
    else if (CODE.has(name)) format.code = true;
  }
  return format;
}

function append(runs: Run[], run: Run): void {
  const previous = runs[runs.length - 1];
  const same =
    previous !== undefined &&
    previous.href === run.href &&
    previous.strong === run.strong &&
    previous.emphasis === run.emphasis &&
    previous.code === run.code;
  if (same) previous.text += run.text;
  else runs.push(run);
}

function trimEnd(runs: Run[]): Run[] {
  while (runs.length > 0) {
    const lastRun = runs[runs.length - 1]!;
    lastRun.text = lastRun.text.trimEnd();
    if (lastRun.text !== '') break;
    runs.pop();
  }
  return runs;
}
