import type { HtmlTree } from '../html-tree.js';
import { trailingBrackets } from '../images/caption.js';
import { comparisonKey } from '../text.js';
import type { BodyHints } from './body-hints.js';
import { chooseBody, type Candidate } from './candidates.js';
import { markCards } from './cards.js';
import { markClutter, type Clutter } from './clutter.js';
import { markHidden } from './hidden.js';
import { Role } from './names.js';
import { confirmByReference } from './reference.js';
import { isInside, markKept, ruledBody, withoutRuled } from './ruled-body.js';
import { segment, type Segment, type Segmentation } from './segments.js';
import { findStandfirst } from './standfirst.js';
import { sameLength, trim } from './trim.js';
import { speaksOfConsent, worth } from './worth.js';

/** A caption that stood in the running text. */
export interface LooseCaption {
  caption: string;
  credit?: string;
  /** Where it stood. */
  node: number;
}

/** The article's running text as found in the tree. */
export interface Body {
  readonly page: Segmentation;
  readonly chosen: Candidate | undefined;
  readonly clutter: Clutter;
  readonly kept: readonly Segment[];
  readonly looseCaptions: readonly LooseCaption[];
}

export function findBody(tree: HtmlTree, hints: BodyHints): Body {
  const { rules, trace } = hints;
  const page = segment(tree);
  const aboutConsent = speaksOfConsent(hints.title ?? '');
  const worths = Float64Array.from(page.segments, (part) => worth(part, tree.name(part.shape), aboutConsent));
  const clutter = markClutter(tree, withoutRuled(tree, page, rules), worths);
  markHidden(tree, page, worths, clutter);
  markCards(tree, page, worths, clutter, hints.url);
  markKept(tree, page, clutter, rules);
  const chosen = ruledBody(tree, rules) ?? chooseBody(tree, page, worths, clutter.marks, trace);
  if (!chosen) return { page, chosen, clutter, kept: [], looseCaptions: [] };
  const inside = page.segments.filter(
    (part, i) => clutter.marks[i] === Role.none && isInside(part, chosen.node, tree, rules),
  );
  if (rules && rules.body.length > 0) {
    const letters = inside.reduce((sum, { text }) => sum + text.length, 0);
    trace?.weigh(chosen.node, letters, letters);
  }
  const { kept, looseCaptions } = takeOutCaptions(inside);
  trace?.dropMissing(inside, kept, 'caption');
  const above = takeOutCaptions(segmentsAbove(page, clutter, hints.titleNode, chosen.node));
  const own = trim(tree, kept, hints);
  const trimmed = confirmByReference(tree, own, hints.reference);
  trace?.dropMissing(own, trimmed, 'not-in-stated-body');
  const standfirst = findStandfirst(tree, page, clutter, hints, trimmed);
  return {
    page,
    chosen,
    clutter,
    // A summary is no subhead, whatever element it stands in.
    kept: standfirst ? [{ ...standfirst, shape: 0 }, ...trimmed] : trimmed,
    looseCaptions: [...above.looseCaptions, ...looseCaptions],
  };
}

/** The segments between the title and a body that stands in an element of its own. */
function segmentsAbove(page: Segmentation, clutter: Clutter, title: number | undefined, body: number): Segment[] {
  if (title === undefined || title > body) return [];
  const from = page.first[title]!;
  return page.segments.slice(from, page.first[body]).filter((_, i) => clutter.marks[from + i] === Role.none);
}

/** A caption printed bare and again, right after, with its credit in brackets: neither is text of the article. */
function takeOutCaptions(segments: readonly Segment[]): { kept: Segment[]; looseCaptions: LooseCaption[] } {
  const kept: Segment[] = [];
  const looseCaptions: LooseCaption[] = [];
  for (const segment of segments) {
    const previous = kept[kept.length - 1];
    const brackets = previous === undefined ? undefined : trailingBrackets(segment.text);
    if (
      previous &&
      brackets &&
      sameLength(brackets.before, previous.text) &&
      comparisonKey(brackets.before) === comparisonKey(previous.text)
    ) {
      kept.pop();
      looseCaptions.push({ caption: previous.text, credit: brackets.inside, node: previous.start });
    } else kept.push(segment);
  }
  return { kept, looseCaptions };
}
