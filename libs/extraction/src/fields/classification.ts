import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, ldText, ldUrl, list, typesOf } from '../metadata/json-ld.js';
import { webUrl } from '../links.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { CandidateList, type Candidate, type Source } from './candidate.js';
import { decodeText } from './entities.js';
import { knownSiteNames, siteNameCandidates } from './site.js';

/** More keywords than this are search-engine stuffing. */
const MAX_KEYWORDS = 100;

/** What templates put where a section belongs. */
const NO_SECTION =
  /^(?:articles?|posts?|front ?page|home ?page|home|index|uncategori[sz]ed|default|root|none|null|undefined|true|false|\d+|[a-z\d]+_\w+)$/i;

/**
 * The sections that the page names: the metadata's own, the last breadcrumb above the article, the first part of the
 * path. Without `all`, the first and those that may be chosen.
 */
export function sectionCandidates(page: PageMetadata, pageUrl: string, all = true): Candidate<string>[] {
  const sections = new CandidateList<string>(all);
  const sites = new Set(knownSiteNames(page, pageUrl).map(comparisonKey));
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    if (value === undefined || !sections.wants(confidence)) return;
    const name = collapse(stripTags(decodeText(value)).split('|', 1)[0]!);
    if (
      name &&
      name.length <= 100 &&
      !name.startsWith('http') &&
      !NO_SECTION.test(name) &&
      !sites.has(comparisonKey(name))
    )
      sections.add(name, source, rule, confidence);
  };
  add(ldText(page.jsonLd.article?.['articleSection']), 'json-ld', 'articleSection', 0.9);
  add(page.meta.get('article:section')?.[0], 'open-graph', 'article:section', 0.85);
  for (const rule of ['parsely-section', 'section', 'cxenseparse:category', 'dc.subject', 'category']) {
    add(page.meta.get(rule)?.[0], 'meta', rule, 0.6);
  }
  if (sections.wants(0.55)) add(sectionCrumb(page), 'json-ld', 'BreadcrumbList', 0.55);
  if (sections.wants(0.2)) add(sectionInPath(pageUrl), 'url', 'path', 0.2);
  return sections.found;
}

/** The name of the last breadcrumb that is neither the home page nor the article. */
function sectionCrumb(page: PageMetadata): string | undefined {
  const trail = page.jsonLd.nodes.find((node) => typesOf(node).includes('breadcrumblist'));
  const crumbs = list(trail?.['itemListElement'])
    .map((value) => page.jsonLd.resolve(value))
    .filter(isNode)
    .map((crumb) => ({ crumb, place: Number(crumb['position']) }))
    .sort((a, b) => a.place - b.place)
    .map(({ crumb }) => {
      const item = page.jsonLd.resolve(list(crumb['item'])[0]);
      const name = ldText(crumb['name']) ?? (isNode(item) ? ldText(item['name']) : undefined);
      return { name, url: webUrl(ldUrl(crumb['item']), page.baseUrl) };
    });
  const headline = comparisonKey(ldText(page.jsonLd.article?.['headline']) ?? page.documentTitle ?? '');
  const own = webUrl(page.canonical, page.baseUrl);
  const above = crumbs.slice(1).filter(({ name, url }) => {
    const key = comparisonKey(name ?? '');
    return (
      key !== '' &&
      key !== headline &&
      !(headline.length > key.length && headline.startsWith(key) && key.length > 30) &&
      (own === undefined || url !== own)
    );
  });
  // A trail whose last crumb has no address ends with the article itself.
  const isArticle = above.length === crumbs.length - 1 && above.length > 1 && above.at(-1)!.url === undefined;
  return above.at(isArticle ? -2 : -1)?.name;
}

/** Words of paths that name a section, in the languages of news: other words name authors, projects or nothing. */
const SECTION_WORDS = new Set(
  (
    'politics world business economy economics finance markets money sport sports football soccer culture entertainment ' +
    'arts lifestyle life style health science tech technology travel opinion opinions education environment climate ' +
    'society crime weather food fashion music film movies tv books local national international europe asia africa ' +
    'middle-east us uk india nation wealth royal celebrity nutrition ' +
    'politik wirtschaft finanzen panorama wissen wissenschaft gesundheit kultur reise auto digital netzwelt leben ' +
    'meinung gesellschaft ausland inland regional unterhaltung feuilleton karriere ' +
    'politique economie monde societe sante sciences planete culture sports voyage international ' +
    'politica economia deportes deporte sociedad cultura mundo internacional ciencia salud tecnologia opinion ' +
    'gente esporte esportes futebol saude educacao ambiente cotidiano esteri cronaca mondo cultura sport salute ' +
    'scienza tecnologia spettacoli politiek economie binnenland buitenland cultuur wetenschap ' +
    'politikk okonomi kultur utenriks innenriks udland indland nyheter ekonomi utrikes inrikes noje ' +
    'polityka gospodarka swiat kraj kultura nauka zdrowie olahraga ekonomi politik hiburan internasional dunya spor saglik'
  ).split(' '),
);

/** The first word of a path that names a section: `politics` in `/uk/politics/2024/ferry`. */
function sectionInPath(url: string): string | undefined {
  const parts = (URL.parse(url)?.pathname ?? '').toLowerCase().split('/').filter(Boolean);
  return parts
    .slice(0, -1)
    .find((part) => SECTION_WORDS.has(part))
    ?.replaceAll('-', ' ');
}

/**
 * The keyword lists of the page, the most trusted signal first. The section and the site's name are no keywords.
 * Without `all`, only those that may be chosen.
 */
export function keywordCandidates(page: PageMetadata, pageUrl: string, all = true): Candidate<string[]>[] {
  const lists = new CandidateList<string[]>(all);
  const [section] = sectionCandidates(page, pageUrl, false);
  const known = new Set(
    [
      section && section.source !== 'url' ? section.value : '',
      ...siteNameCandidates(page).map(({ value }) => value),
    ].map(comparisonKey),
  );
  const add = (values: readonly string[], source: Source, rule: string, confidence: number): void => {
    const words = lists.wants(confidence) ? uniqueKeywords(values, known) : [];
    if (words.length > 0) lists.add(words, source, rule, confidence);
  };
  add(ldKeywords(page.jsonLd.article?.['keywords']), 'json-ld', 'keywords', 0.9);
  add(page.meta.get('article:tag') ?? [], 'open-graph', 'article:tag', 0.85);
  for (const rule of ['news_keywords', 'parsely-tags', 'sailthru.tags', 'keywords']) {
    add(page.meta.get(rule) ?? [], 'meta', rule, rule === 'keywords' ? 0.6 : 0.75);
  }
  add(page.tagLinks, 'dom', 'rel=tag', 0.55);
  return lists.found;
}

function ldKeywords(value: unknown): string[] {
  return list(value).flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const name = isNode(entry) ? ldText(entry['name']) : undefined;
    return name === undefined ? [] : [name];
  });
}

/** Words for machines: `articleid:12345`. */
const MACHINE_TAG = /^[@_]|^[\w-]{2,30}[:=]\S|^[\da-f]{8}-[\da-f]{4}-/i;

function uniqueKeywords(values: readonly string[], known: ReadonlySet<string>): string[] {
  const byKey = new Map<string, string>();
  for (const value of values) {
    for (const part of decodeText(value).split(/[,;|\n、，；]/)) {
      const word = collapse(stripTags(part)).replace(/^#/, '');
      const key = comparisonKey(word);
      if (!key || known.has(key) || byKey.has(key) || word.length > 100 || MACHINE_TAG.test(word)) continue;
      if (byKey.size < MAX_KEYWORDS) byKey.set(key, word);
    }
  }
  return [...byKey.values()];
}
