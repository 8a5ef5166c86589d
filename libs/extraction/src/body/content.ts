import type { Block, FieldProvenance } from '../article.js';
import { decodeText } from '../fields/entities.js';
import type { HtmlTree } from '../html-tree.js';
import { ldText } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { stripTags } from '../text.js';
import { blocksOfText, buildBlocks } from './blocks.js';
import type { Body } from './find-body.js';

/** A body of the DOM shorter than this part of the JSON-LD articleBody is taken for a teaser of it. */
const TEASER_SHARE = 0.6;

/** Letters that an articleBody must have to be taken for a body. */
const MIN_REFERENCE = 200;

/** The JSON-LD articleBody as plain text, when it is long enough to say something. */
export function statedBody(metadata: PageMetadata): string | undefined {
  const stated = ldText(metadata.jsonLd.article?.['articleBody']);
  if (stated === undefined || stated.length < MIN_REFERENCE) return undefined;
  const text = stripTags(decodeText(stated.replace(/<\/p>|<br\s?\/?>/gi, '\n')));
  return text.trim().length < MIN_REFERENCE ? undefined : text;
}

/** The blocks of the article and where they came from. */
export interface Content {
  blocks: Block[];
  provenance: FieldProvenance;
}

/** The running text of the page, or the stated body where the text of the page is only a teaser of it. */
export function chooseContent(tree: HtmlTree, body: Body, reference: string | undefined, baseUrl: string): Content {
  const blocks = buildBlocks(tree, body.kept, body.page.overlays, baseUrl);
  const length = body.kept.reduce((sum, segment) => sum + segment.text.length, 0);
  if (reference !== undefined && length < TEASER_SHARE * reference.length) {
    return { blocks: blocksOfText(reference), provenance: { source: 'json-ld', rule: 'articleBody', confidence: 0.7 } };
  }
  return { blocks, provenance: { source: 'dom', rule: 'running text', confidence: 0.8 } };
}
