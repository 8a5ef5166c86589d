import type { DateFound } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { ldText, typesOf } from '../metadata/json-ld.js';
import { collapse } from '../text.js';
import { CandidateList, type Candidate, type Source } from './candidate.js';
import { parseDate } from './date-formats.js';
import { dayOrder, LEAST_WITNESS, preferPrecise } from './date-evidence.js';
import { headerRange, linesBetween, type HeaderPlace } from './header.js';

type Signal = readonly [name: string, confidence: number];

const PUBLISHED_META: readonly Signal[] = [
  ['article:published_time', 0.93],
  ['og:published_time', 0.85],
  ['parsely-pub-date', 0.85],
  ['datepublished', 0.85],
  ['date.published', 0.8],
  ['publish_date', 0.8],
  ['publish-date', 0.8],
  ['pubdate', 0.8],
  ['published_at', 0.8],
  ['cxenseparse:recs:publishtime', 0.8],
  ['article.published', 0.8],
  ['published-date', 0.8],
  ['published_time', 0.8],
  ['sailthru.date', 0.75],
  ['article_date_original', 0.8],
  ['originalpublicationdate', 0.8],
  ['dc.date.issued', 0.75],
  ['dcterms.created', 0.7],
  ['dcterms.date', 0.65],
  ['dc.date', 0.65],
  ['dc.date.created', 0.65],
  ['citation_publication_date', 0.7],
  ['release_date', 0.65],
  ['date', 0.6],
];

const MODIFIED_META: readonly Signal[] = [
  ['article:modified_time', 0.93],
  ['og:updated_time', 0.8],
  ['datemodified', 0.8],
  ['dcterms.modified', 0.7],
  ['dc.date.modified', 0.7],
  ['last-modified', 0.6],
  ['lastmod', 0.6],
  ['revised', 0.5],
];

/** Where dates may stand beside the metadata: one between title and body belongs to the article. */
export interface DateSurroundings extends HeaderPlace {
  language: string | undefined;
  url: string;
  hint: string | undefined;
}

/** The dates of publication that the page states; without `all`, only those that have a part in the choice. */
export function publishedCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  around: DateSurroundings,
  all = true,
): Candidate<DateFound>[] {
  const dates = new DateCollector(around, all);
  const { article } = page.jsonLd;
  dates.add(ldText(article?.['datePublished']), 'json-ld', 'datePublished', 0.95);
  dates.add(ldText(article?.['dateCreated']), 'json-ld', 'dateCreated', 0.7);
  dates.add(ldText(article?.['uploadDate']), 'json-ld', 'uploadDate', 0.6);
  for (const [name, confidence] of PUBLISHED_META) {
    dates.add(
      page.meta.get(name)?.[0],
      name.includes(':') && !name.startsWith('cxense') ? 'open-graph' : 'meta',
      name,
      confidence,
    );
  }
  for (const node of page.jsonLd.nodes) {
    if (typesOf(node).some((type) => type.endsWith('webpage'))) {
      dates.add(ldText(node['datePublished']), 'json-ld', 'WebPage.datePublished', 0.72);
    }
  }
  itemDates(tree, page, 'datepublished', dates);
  timeDates(tree, page, around, dates);
  if (dates.wants(0.5)) dates.add(dateInUrl(around.url), 'url', 'path', 0.5);
  textDates(tree, around, 'published', dates);
  dates.add(around.hint, 'hint', 'published', 0.4);
  dates.add(ldText(article?.['dateModified']), 'json-ld', 'dateModified', 0.2);
  return preferPrecise(dates.found);
}

/** The same for the dates of its last change. */
export function modifiedCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  around: DateSurroundings,
  all = true,
): Candidate<DateFound>[] {
  const dates = new DateCollector(around, all);
  dates.add(ldText(page.jsonLd.article?.['dateModified']), 'json-ld', 'dateModified', 0.95);
  for (const [name, confidence] of MODIFIED_META) {
    dates.add(page.meta.get(name)?.[0], name.includes(':') ? 'open-graph' : 'meta', name, confidence);
  }
  for (const node of page.jsonLd.nodes) {
    if (typesOf(node).some((type) => type.endsWith('webpage'))) {
      dates.add(ldText(node['dateModified']), 'json-ld', 'WebPage.dateModified', 0.7);
    }
  }
  itemDates(tree, page, 'datemodified', dates);
  for (const node of page.times) {
    if (inHeader(node, around) && UPDATED.test(labelOf(tree, node)))
      dates.add(timeValue(tree, node), 'dom', 'time', 0.6);
  }
  textDates(tree, around, 'modified', dates);
  return preferPrecise(dates.found);
}

class DateCollector {
  private readonly dates: CandidateList<DateFound>;
  private readonly order: ReturnType<typeof dayOrder>;

  constructor({ language, url }: DateSurroundings, all: boolean) {
    this.order = dayOrder(language, url);
    this.dates = new CandidateList(all);
  }

  get found(): Candidate<DateFound>[] {
    return this.dates.found;
  }

  /** False for a confidence with which a date is neither chosen nor shown, nor corrects another. */
  wants(confidence: number): boolean {
    return confidence >= LEAST_WITNESS || this.dates.wants(confidence);
  }

  add(raw: string | undefined, source: Source, rule: string, confidence: number): void {
    if (raw === undefined || !this.wants(confidence)) return;
    const text = collapse(raw);
    const date = text === '' ? undefined : parseDate(text, this.order);
    if (date) this.dates.add({ ...date, raw: text, source }, source, rule, confidence);
  }
}

function itemDates(tree: HtmlTree, page: PageMetadata, property: string, dates: DateCollector): void {
  for (const { name, node } of page.itemProperties) {
    if (name !== property) continue;
    const value = tree.attribute(node, 'content') ?? tree.attribute(node, 'datetime') ?? tree.textContent(node, 200);
    dates.add(value, 'microdata', property, 0.85);
  }
}

/** Words by which pages mark the date of a change, in the languages of news. */
const UPDATED =
  /(?:updat|modif|last ?edit|aktualisi|aktualizov|aktualizac|zuletzt|geändert|stand\s?:|mis ?[àa] ?jour|màj|maj\b|actualiz|actualis|aggiornat|ultima modifica|atualiz|bijgewerkt|gewijzigd|opdater|oppdater|uppdater|päivite|güncelle|обновлен|изменен|diperbarui|更新|修改|최종\s?수정|수정|تحديث)/iu;

/** `<time>` and other elements with a datetime: those between title and body first, then any before or inside the body. */
function timeDates(tree: HtmlTree, page: PageMetadata, around: DateSurroundings, dates: DateCollector): void {
  for (const node of page.times) {
    const label = labelOf(tree, node);
    const marked = tree.attribute(node, 'pubdate') !== undefined || /publish|posted|entry-date/i.test(label);
    const confidence = UPDATED.test(label) ? 0.3 : marked ? 0.78 : inHeader(node, around) ? 0.68 : 0.35;
    dates.add(timeValue(tree, node), 'dom', 'time', confidence);
  }
}

function timeValue(tree: HtmlTree, node: number): string {
  const stated =
    tree.attribute(node, 'datetime') ?? (tree.name(node) === 'abbr' ? tree.attribute(node, 'title') : undefined);
  return stated ?? tree.textContent(node, 200);
}

/** Nodes before an element whose text may label it. */
const NEAR = 8;

/** What names the date of an element: its class and property, and the words right before it. */
function labelOf(tree: HtmlTree, node: number): string {
  const from = Math.max(tree.parent(node) + 1, node - NEAR);
  let before = '';
  for (let i = node - 1; i >= from && before.length < 30; i--) before = tree.texts[i]! + before;
  return `${tree.attribute(node, 'class') ?? ''} ${tree.attribute(node, 'itemprop') ?? ''} ${before.trim().slice(-30)}`;
}

function inHeader(node: number, { title, body }: DateSurroundings): boolean {
  return title !== undefined && node > title && node < Math.max(body, title) + 400;
}

/** Longer lines are prose, which tells of other days. */
const MAX_LINE = 150;

/** Nodes before the title in which a date line may stand. */
const REACH_ABOVE = 40;

/** Confidence in the date of a line below the title, and above it. */
const LINE_IN_HEADER = 0.45;
const LINE_ABOVE = 0.32;

/** Dates in the lines around the title; behind a word for a change stands the date of the change. */
function textDates(
  tree: HtmlTree,
  around: DateSurroundings,
  kind: 'published' | 'modified',
  dates: DateCollector,
): void {
  if (!dates.wants(LINE_IN_HEADER)) return;
  const { from, to } = headerRange(tree, around);
  const add = (line: string, confidence: number): void => {
    if (line.length > MAX_LINE || !/\d/.test(line)) return;
    const at = line.search(UPDATED);
    const part = kind === 'published' ? (at < 0 ? line : line.slice(0, at)) : at < 0 ? '' : line.slice(at);
    dates.add(part, 'dom', 'byline text', confidence);
    // Where only the change is dated, the article is at least not younger.
    if (kind === 'published' && at >= 0) dates.add(line.slice(at), 'dom', 'byline text', 0.15);
  };
  for (const line of linesBetween(tree, from, to)) add(line, LINE_IN_HEADER);
  if (around.title === undefined || !dates.wants(LINE_ABOVE)) return;
  for (const line of linesBetween(tree, Math.max(0, from - REACH_ABOVE), from)) add(line, LINE_ABOVE);
}

/** `/2024/03/12/` and the like in a path. */
function dateInUrl(url: string): string | undefined {
  const path = URL.parse(url)?.pathname ?? '';
  const found = /\/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(path);
  return found ? `${found[1]}-${found[2]}-${found[3]}` : undefined;
}
