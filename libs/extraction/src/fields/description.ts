import { PhraseTable } from '../body/phrase-table.js';
import type { HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { ldText, typesOf } from '../metadata/json-ld.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { decodeText } from './entities.js';
import { oncePerPage } from './once-per-page.js';
import { headerRange, partedText, type HeaderPlace } from './header.js';

/** Every description in the metadata, but for one that the site gives of itself. */
export const descriptionCandidates = oncePerPage((page): readonly Candidate<string>[] => {
  const found: Candidate<string>[] = [];
  const slogans = new Set(
    page.jsonLd.nodes
      .filter((node) => typesOf(node).some((type) => type === 'website' || type.endsWith('organization')))
      .map((node) => comparisonKey(ldText(node['description']) ?? '')),
  );
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const text = value === undefined ? '' : collapse(stripTags(decodeText(value)));
    if (text && text.length <= 5_000 && !slogans.has(comparisonKey(text)))
      found.push(candidate(text, source, rule, confidence));
  };
  add(ldText(page.jsonLd.article?.['description']), 'json-ld', 'description', 0.9);
  add(page.meta.get('og:description')?.[0], 'open-graph', 'og:description', 0.85);
  add(page.meta.get('description')?.[0], 'meta', 'description', 0.8);
  add(page.meta.get('twitter:description')?.[0], 'meta', 'twitter:description', 0.7);
  add(page.meta.get('dc.description')?.[0], 'meta', 'dc.description', 0.6);
  return found;
});

const STANDFIRST = new PhraseTable([
  / (?:dek|deck|standfirst|stand first|sub ?title|sub ?head|sub ?headline|sub ?heading|subhed|summary|p summary|synopsis|lede|chapo|chapeau|sottotitolo|occhiello|bajada|entradilla|copete|vorspann|ingress|manchet|strapline|sumario|sommario|perex) /,
]);

/** Signs of a text that may sum an article up. */
const LEAST_SUMMARY = 40;
const MOST_SUMMARY = 700;

/** What stands between title and body and is named as the summary. */
export function standfirstCandidates(tree: HtmlTree, page: PageMetadata, place: HeaderPlace): Candidate<string>[] {
  if (place.title === undefined) return [];
  const { from, to } = headerRange(tree, place);
  const found: Candidate<string>[] = [];
  const add = (node: number, source: Source, rule: string, confidence: number): void => {
    const text = collapse(
      tree.attribute(node, 'content') ?? partedText(tree, node, MOST_SUMMARY + 100).replaceAll(' | ', ' '),
    );
    if (text.length >= LEAST_SUMMARY && text.length <= MOST_SUMMARY)
      found.push(candidate(text, source, rule, confidence));
  };
  for (const { name, node } of page.itemProperties) {
    if ((name === 'description' || name === 'alternativeheadline') && node > from && node < to)
      add(node, 'microdata', name, 0.5);
  }
  for (let i = from; i < to && found.length === 0; i++) {
    const className = tree.attribute(i, 'class');
    if (className !== undefined && STANDFIRST.matches(className)) add(i, 'dom', 'stand-first', 0.4);
  }
  return found;
}
