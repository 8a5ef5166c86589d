import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, ldText, list, typesOf } from '../metadata/json-ld.js';
import { candidate, type Candidate, type Source } from './candidate.js';

export function languageCandidates(page: PageMetadata, contentLanguage: string | undefined): Candidate<string>[] {
  const found: Candidate<string>[] = [];
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const tag = value === undefined ? undefined : languageTag(value);
    if (tag) found.push(candidate(tag, source, rule, confidence));
  };
  add(page.htmlLanguage, 'dom', 'html[lang]', 0.9);
  add(ldLanguage(page.jsonLd.article?.['inLanguage']), 'json-ld', 'inLanguage', 0.85);
  for (const node of page.jsonLd.nodes) {
    if (typesOf(node).some((type) => type.endsWith('webpage')))
      add(ldLanguage(node['inLanguage']), 'json-ld', 'WebPage.inLanguage', 0.65);
  }
  add(page.meta.get('og:locale')?.[0], 'open-graph', 'og:locale', 0.75);
  for (const rule of ['content-language', 'language', 'dc.language', 'dcterms.language', 'inlanguage']) {
    add(page.meta.get(rule)?.[0], 'meta', rule, 0.7);
  }
  add(contentLanguage, 'http', 'Content-Language', 0.6);
  return found;
}

/** A tag, or schema.org's Language node with its code as the alternate name. */
function ldLanguage(value: unknown): string | undefined {
  const [first] = list(value);
  return isNode(first) ? (ldText(first['alternateName']) ?? ldText(first['name'])) : ldText(value);
}

/** The canonical BCP 47 form of a tag (`en_gb` → `en-GB`); undefined for what is no language tag. */
export function languageTag(value: string): string | undefined {
  const tag = value.split(',', 1)[0]!.trim().replaceAll('_', '-').split('.', 1)[0]!;
  if (!/^[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8}){0,4}$/.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
