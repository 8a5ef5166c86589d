import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, ldText, list, typesOf } from '../metadata/json-ld.js';
import { CandidateList, type Candidate, type Source } from './candidate.js';

/** The languages that the page states; without `all`, only those that may be chosen. */
export function languageCandidates(
  page: PageMetadata,
  contentLanguage: string | undefined,
  all = true,
): Candidate<string>[] {
  const stated = new CandidateList<string>(all);
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const tag = value === undefined || !stated.wants(confidence) ? undefined : languageTag(value);
    if (tag) stated.add(tag, source, rule, confidence);
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
  return stated.found;
}

/** A tag, or schema.org's Language node with its code as the alternate name. */
function ldLanguage(value: unknown): string | undefined {
  const [first] = list(value);
  return isNode(first) ? (ldText(first['alternateName']) ?? ldText(first['name'])) : ldText(value);
}

/** Tags in their canonical form already: asking `Intl` costs more than all other reading of the language. */
const USUAL =
  /^(?:en|de|fr|es|it|pt|nl|sv|da|fi|pl|cs|hu|ro|el|tr|ru|uk|ar|he|hi|id|ja|ko|zh)(?:-(?:US|GB|CA|AU|NZ|IE|IN|ZA|DE|AT|CH|FR|BE|ES|MX|AR|IT|PT|BR|NL|SE|DK|FI|PL|CZ|HU|RO|GR|TR|RU|UA|IL|ID|JP|KR|CN|TW|HK))?$/;

/** The canonical BCP 47 form of a tag (`en_gb` → `en-GB`); undefined for what is no language tag. */
export function languageTag(value: string): string | undefined {
  const tag = value.split(',', 1)[0]!.trim().replaceAll('_', '-').split('.', 1)[0]!;
  if (USUAL.test(tag)) return tag;
  if (!/^[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8}){0,4}$/.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
