import type { Hints } from '@newsmill/contracts';
import {
  extractArticle,
  type ExtractedArticle,
  type Extraction,
  type PageInput,
  type RejectReason,
} from '@newsmill/extraction';

/**
 * A page says less than its feed entry when its body has less than this share of the entry's characters: a teaser in
 * front of a paywall is a fraction of the article, while editing and trimming move a few percent.
 */
const STUB_SHARE = 0.5;
/** An entry shorter than this, in characters of text, is a teaser itself and replaces no body. */
const MIN_ENTRY_TEXT = 500;

/**
 * Pages without an article that may yet have one. The others say what the page is (a list, an index, a product, an error,
 * gone), which an entry of a feed does not change.
 */
const SILENT: ReadonlySet<RejectReason> = new Set<RejectReason>([
  'empty-page',
  'no-title',
  'no-body',
  'login-wall',
  'paywall',
  'consent-wall',
  'bot-check',
  'redirect',
  'needs-script',
]);

/**
 * The page's own extraction, unless its feed entry delivers the article and the page does not:
 *
 * - the page shows no article, or could not be had: the entry is the document;
 * - the page's body is a stub of the entry's: the body is the entry's, everything else the page's.
 *
 * What was taken from the entry has the provenance `feed`.
 */
export function withEntryContent(page: PageInput, hints: Hints | undefined, found: Extraction): Extraction {
  if (hints?.content === undefined || (!found.ok && !SILENT.has(found.reason))) return found;
  const entry = extractArticle(entryPage(page, hints, hints.content));
  if (!entry.ok) return found;
  if (!found.ok) return { ok: true, article: fromEntry(entry.article, found.reason) };
  const isStub =
    entry.article.text.length >= MIN_ENTRY_TEXT && found.article.text.length < STUB_SHARE * entry.article.text.length;
  return isStub ? { ok: true, article: withBodyOf(found.article, entry.article) } : found;
}

/** The entry as a page of its own, for the one road of extraction: what the feed says stands where pages say it. */
function entryPage({ url, fetchedAt }: PageInput, entry: Hints, content: string): PageInput {
  const { title = '', published, updated, language, authors = [] } = entry;
  const meta = (name: string, value: string | undefined): string =>
    value === undefined ? '' : `<meta ${name} content="${escape(value)}">`;
  const head = [
    `<title>${escape(title)}</title>`,
    meta('property="og:type"', 'article'),
    meta('property="og:title"', title === '' ? undefined : title),
    meta('property="article:published_time"', published),
    meta('property="article:modified_time"', updated),
    ...authors.map((author) => meta('name="author"', author)),
  ];
  return {
    html: `<!doctype html><html${language === undefined ? '' : ` lang="${escape(language)}"`}><head><meta charset="utf-8">${head.join(
      '',
    )}</head><body><article><h1>${escape(title)}</h1>${content}</article></body></html>`,
    url,
    ...(fetchedAt !== undefined && { fetchedAt }),
  };
}

function fromEntry(article: ExtractedArticle, reason: RejectReason): ExtractedArticle {
  const provenance = Object.entries(article.provenance).map(([field, { confidence }]) => [
    field,
    { source: 'feed', rule: 'entry', confidence },
  ]);
  return {
    ...article,
    provenance: Object.fromEntries(provenance) as ExtractedArticle['provenance'],
    warnings: [...article.warnings, `taken from the feed entry: the page is ${reason}`],
  };
}

function withBodyOf(page: ExtractedArticle, entry: ExtractedArticle): ExtractedArticle {
  const listed = new Set(page.images.map(({ url }) => url));
  return {
    ...page,
    blocks: entry.blocks,
    text: entry.text,
    html: entry.html,
    images: [...page.images, ...entry.images.filter(({ url }) => !listed.has(url))],
    provenance: {
      ...page.provenance,
      body: { source: 'feed', rule: 'entry', confidence: entry.provenance['body']?.confidence ?? 0.5 },
    },
    missing: page.missing.filter((field) => field !== 'body'),
    warnings: [...page.warnings, 'the body is that of the feed entry: the page shows less than half of it'],
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
