import type { DateFound } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { ldText, typesOf } from '../metadata/json-ld.js';
import { collapse } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { parseDate, type DayOrder } from './date-formats.js';

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

/** Where dates may stand beside the metadata. */
export interface DateSurroundings {
  /** The element of the title and that of the body: a date between them belongs to the article. */
  title: number | undefined;
  body: number;
  /** Short texts between title and body, in page order. */
  nearby: readonly string[];
  language: string | undefined;
  url: string;
  hint: string | undefined;
}

export function publishedCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  around: DateSurroundings,
): Candidate<DateFound>[] {
  const dates = new DateCollector(around.language);
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
  dates.add(dateInUrl(around.url), 'url', 'path', 0.5);
  for (const text of around.nearby) dates.add(text, 'dom', 'byline text', 0.45);
  dates.add(around.hint, 'hint', 'published', 0.4);
  dates.add(ldText(article?.['dateModified']), 'json-ld', 'dateModified', 0.2);
  return dates.found;
}

export function modifiedCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  language: string | undefined,
): Candidate<DateFound>[] {
  const dates = new DateCollector(language);
  dates.add(ldText(page.jsonLd.article?.['dateModified']), 'json-ld', 'dateModified', 0.95);
  for (const [name, confidence] of MODIFIED_META) {
    dates.add(page.meta.get(name)?.[0], name.includes(':') ? 'open-graph' : 'meta', name, confidence);
  }
  itemDates(tree, page, 'datemodified', dates);
  return dates.found;
}

/** The dates that a page offers, without those that an equally or better trusted one stands before. */
class DateCollector {
  readonly found: Candidate<DateFound>[] = [];
  private readonly order: DayOrder;
  private best = 0;

  constructor(language: string | undefined) {
    this.order = language === 'en-US' ? 'month-first' : 'day-first';
  }

  add(raw: string | undefined, source: Source, rule: string, confidence: number): void {
    if (raw === undefined || confidence <= this.best) return;
    const text = collapse(raw);
    const date = text === '' ? undefined : parseDate(text, this.order);
    if (!date) return;
    this.best = confidence;
    this.found.push(candidate({ ...date, raw: text, source }, source, rule, confidence));
  }
}

function itemDates(tree: HtmlTree, page: PageMetadata, property: string, dates: DateCollector): void {
  for (const { name, node } of page.itemProperties) {
    if (name !== property) continue;
    const value = tree.attribute(node, 'content') ?? tree.attribute(node, 'datetime') ?? tree.textContent(node, 200);
    dates.add(value, 'microdata', property, 0.85);
  }
}

/** `<time>` elements: those between title and body first, then any before or inside the body. */
function timeDates(tree: HtmlTree, page: PageMetadata, around: DateSurroundings, dates: DateCollector): void {
  const { title, body } = around;
  for (const node of page.times) {
    const value = tree.attribute(node, 'datetime') ?? tree.textContent(node, 200);
    const inHeader = title !== undefined && node > title && node < Math.max(body, title) + 400;
    const marked =
      tree.attribute(node, 'pubdate') !== undefined ||
      /publish|posted|entry-date/i.test(tree.attribute(node, 'class') ?? '');
    const updated = /updat|modif/i.test(
      `${tree.attribute(node, 'class') ?? ''} ${tree.attribute(node, 'itemprop') ?? ''}`,
    );
    dates.add(value, 'dom', 'time', updated ? 0.3 : marked ? 0.78 : inHeader ? 0.68 : 0.35);
  }
}

/** `/2024/03/12/` and the like in a path. */
function dateInUrl(url: string): string | undefined {
  const path = URL.parse(url)?.pathname ?? '';
  const found = /\/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(path);
  return found ? `${found[1]}-${found[2]}-${found[3]}` : undefined;
}
