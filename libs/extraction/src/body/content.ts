import type { Block, FieldProvenance } from '../article.js';
import { decodeText } from '../fields/entities.js';
import type { HtmlTree } from '../html-tree.js';
import { ldText } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { stripTags } from '../text.js';
import { findStateBody } from '../state/state-body.js';
import { blockText, blocksOfText, buildBlocks } from './blocks.js';
import type { BodyHints } from './body-hints.js';
import type { Body } from './find-body.js';

/** A body of the DOM shorter than this part of the JSON-LD articleBody is taken for a teaser of it. */
const TEASER_SHARE = 0.6;

/** Letters that an articleBody must have to be taken for a body. */
const MIN_REFERENCE = 200;
/** Characters above which it is no article's text, and too long for what compares it. */
const MAX_REFERENCE = 1_000_000;

/** The JSON-LD articleBody as plain text, when it is long enough to say something, and no longer than a text is. */
export function statedBody(metadata: PageMetadata): string | undefined {
  const stated = ldText(metadata.jsonLd.article?.['articleBody']);
  if (stated === undefined || stated.length < MIN_REFERENCE || stated.length > MAX_REFERENCE) return undefined;
  const text = stripTags(decodeText(stated.replace(/<\/p>|<br\s?\/?>/gi, '\n')));
  return text.trim().length < MIN_REFERENCE ? undefined : text;
}

/** The blocks of the article and where they came from. */
export interface Content {
  blocks: Block[];
  provenance: FieldProvenance;
}

const RUNNING_TEXT: FieldProvenance = { source: 'dom', rule: 'running text', confidence: 0.8 };
const STATED: FieldProvenance = { source: 'json-ld', rule: 'articleBody', confidence: 0.7 };
const DRAWN: FieldProvenance = { source: 'state', rule: 'embedded state', confidence: 0.65 };

/** Letters of running text below which a page may draw its article by a script. */
const SHORT_BODY = 1_000;

/**
 * The running text of the page; where that is only a teaser, the longer text that the page's JSON-LD states or its
 * scripts draw from.
 */
export function chooseContent(tree: HtmlTree, body: Body, hints: BodyHints, baseUrl: string): Content {
  const { reference, trace } = hints;
  const length = body.kept.reduce((sum, segment) => sum + segment.text.length, 0);
  const isTeaser = reference !== undefined && length < TEASER_SHARE * reference.length;
  const state = isTeaser || length < SHORT_BODY ? stateContent(tree, body, hints, baseUrl) : undefined;
  const found = state?.reduce((sum, block) => sum + blockText(block).length, 0) ?? 0;
  const drawn = Math.max(length, isTeaser ? reference.length : 0) < TEASER_SHARE * found;
  trace?.content({ ...RUNNING_TEXT, letters: length, chosen: !isTeaser && !drawn });
  if (reference !== undefined) trace?.content({ ...STATED, letters: reference.length, chosen: isTeaser && !drawn });
  if (state) trace?.content({ ...DRAWN, letters: found, chosen: drawn });
  if (state && drawn) return { blocks: state, provenance: DRAWN };
  if (isTeaser) return { blocks: blocksOfText(reference), provenance: STATED };
  return { blocks: buildBlocks(tree, body.kept, body.page.overlays, baseUrl), provenance: RUNNING_TEXT };
}

/** The text that the page's scripts draw from, unless the publisher marks it as for subscribers. */
function stateContent(tree: HtmlTree, body: Body, hints: BodyHints, baseUrl: string): Block[] | undefined {
  if (hints.locked) return undefined;
  const shown = body.kept.map(({ text }) => text);
  const texts = [...shown, ...hints.descriptions, ...(hints.reference === undefined ? [] : [hints.reference])];
  return findStateBody(tree, { title: hints.title, shown: shown.join('\n'), texts }, baseUrl);
}
