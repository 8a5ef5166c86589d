import type { Run } from '../article.js';
import { TEXT, type HtmlTree } from '../html-tree.js';
import { safeLink } from '../links.js';
import { joinSpaces } from '../text.js';
import { SKIPPED, type Segment } from './segments.js';

const STRONG = new Set(['b', 'strong']);
const EMPHASIS = new Set(['em', 'i', 'cite', 'dfn', 'var']);
const CODE = new Set(['code', 'kbd', 'samp', 'tt']);

/** Inline elements around a text whose formatting counts: broken pages nest them by the hundred around every word. */
const MAX_LEVELS = 30;

/** The segment's text with its links and emphasis; white space collapsed, ends trimmed. */
export function segmentRuns(tree: HtmlTree, segment: Segment, overlays: ReadonlySet<number>, baseUrl: string): Run[] {
  const runs: Run[] = [];
  let atStart = true;
  // Kept apart from the runs: to ask a text that grows by joining for its end costs its whole length.
  let spaced = false;
  for (let i = segment.start; i < segment.end; i++) {
    const name = tree.name(i);
    if (name === 'br') {
      if (!atStart) append(runs, { text: '\n' });
      atStart = true;
      continue;
    }
    if (name === 'sup' && isNoteMark(tree, i)) {
      const mark = tree.textContent(i, 50).trim();
      if (mark !== '') append(runs, { text: /^[\p{L}\p{N}*†]+$/u.test(mark) ? `[${mark}]` : mark });
      atStart &&= mark === '';
      i = tree.end(i) - 1;
    } else if (SKIPPED.has(name) || overlays.has(i)) i = tree.end(i) - 1;
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

/** Signs of the longest mark of a note: "[123]". */
const MAX_MARK = 5;

/** True for the raised mark of a footnote, which without its link and place would read as part of the word before it. */
function isNoteMark(tree: HtmlTree, sup: number): boolean {
  if (tree.textContent(sup, 50).trim().length > MAX_MARK) return false;
  for (let i = sup + 1; i < tree.end(sup); i++) {
    if (tree.name(i) === 'a') return tree.attribute(i, 'href')?.includes('#') === true;
  }
  return false;
}

/** Puts runs on a line of their own behind others. */
export function appendLine(runs: Run[], line: readonly Run[]): void {
  if (runs.length > 0) runs.push({ text: '\n' });
  runs.push(...line);
}

/** The plain text of runs. */
export function runsText(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('');
}

function formatting(tree: HtmlTree, node: number, container: number, baseUrl: string): Omit<Run, 'text'> {
  const format: Omit<Run, 'text'> = {};
  for (let i = tree.parent(node), level = 0; i > container && level < MAX_LEVELS; i = tree.parent(i), level++) {
    const name = tree.name(i);
    if (name === 'a') {
      const reference = tree.attribute(i, 'href');
      // A link within the page leads nowhere from another one.
      const href = reference?.trimStart().startsWith('#') === true ? undefined : safeLink(reference, baseUrl);
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
