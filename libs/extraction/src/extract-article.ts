import type { DateFound, ExtractedArticle, Extraction, FieldProvenance, PageInput, RejectReason } from './article.js';
import { chooseContent, statedBody, type Content } from './body/content.js';
import type { BodyHints } from './body/body-hints.js';
import { findBody, type Body } from './body/find-body.js';
import { readAccess } from './fields/access.js';
import { ampCandidates } from './fields/amp.js';
import { canonicalCandidates } from './fields/canonical.js';
import { authorCandidates } from './fields/authors.js';
import { mostTrusted, provenanceOf, type Candidate } from './fields/candidate.js';
import { keywordCandidates, sectionCandidates } from './fields/classification.js';
import { modifiedCandidates, publishedCandidates } from './fields/dates.js';
import { descriptionCandidates, standfirstCandidates } from './fields/description.js';
import { languageCandidates } from './fields/language.js';
import { findCorrections, withoutCorrections, type Corrections } from './fields/corrections.js';
import { findEditorNotes } from './fields/notes.js';
import { knownSiteNames, publisherCandidates, siteNameCandidates } from './fields/site.js';
import { chooseTitle, shownTitle, titleCandidates } from './fields/title.js';
import type { Trace } from './explain/trace.js';
import { parseHtml, type HtmlTree } from './html-tree.js';
import { findImages, withoutPortraits, type PlacedImage } from './images/find-images.js';
import { placeLooseCaptions, withoutCaptions } from './images/loose-captions.js';
import { leadImageCandidates, presentedKeys } from './images/lead-image.js';
import { StatedPictures } from './images/stated-pictures.js';
import { webUrl } from './links.js';
import { readPageMetadata, type PageMetadata } from './metadata/page-metadata.js';
import { refuse, refuseUntitled } from './page-kind/refuse.js';
import { applyRules, bodyProvenance, type RuledPage, type RuledValues } from './publishers/apply-rules.js';
import type { PublisherRules } from './publishers/publisher-rules.js';
import { toHtml, toText } from './serialize.js';
import { isLocked } from './state/locked.js';
import { comparisonKey, forgetKeys, isPlainlySound, isWellFormed, wellFormed } from './text.js';

/** Pages with more characters than this are not read. */
export const MAX_HTML = 60_000_000;

export interface ExtractOptions {
  /** Rules of publishers. Without them the generic road alone is taken. */
  publishers?: PublisherRules | undefined;
}

/**
 * Finds the article in a page: metadata, body, images. Pure and total: any text ends in an article or in a reason why
 * there is none. Time grows linearly with the page: at most about one second a megabyte (3 s in the worst of the hostile
 * pages tried, a megabyte without anything but `<i>x</i>`), and memory stays under 2.5 GB for the largest page.
 */
export function extractArticle(page: PageInput, options: ExtractOptions = {}): Extraction {
  return extract(page, options).extraction;
}

/** What an extraction was made from, for explaining it. Absent parts were not come to. */
export interface Worked {
  extraction: Extraction;
  tree?: HtmlTree;
  ruled?: RuledPage | undefined;
  body?: Body;
  images?: readonly PlacedImage[];
}

/** The one road of `extractArticle` and `explainArticle`. */
export function extract(page: PageInput, { publishers }: ExtractOptions, trace?: Trace): Worked {
  const reject = (reason: RejectReason, detail: string): Extraction => ({ ok: false, reason, detail });
  if (webUrl(page.url, page.url) === undefined)
    return { extraction: reject('invalid-url', `not an absolute http(s) URL: ${page.url.slice(0, 200)}`) };
  if (page.status !== undefined && page.status >= 400)
    return { extraction: reject('error-status', `HTTP status ${page.status}`) };
  if (page.html.length > MAX_HTML)
    return { extraction: reject('too-large', `${page.html.length} characters, at most ${MAX_HTML} are read`) };
  if (page.html.trim() === '') return { extraction: reject('empty-page', 'the page has no content') };

  forgetKeys();
  const tree = parseHtml(page.html);
  const publisher = publishers?.find(page.url, page.fetchedAt);
  const ruled = publisher && applyRules(tree, publisher, page.url);
  const metadata = readPageMetadata(tree, page.url);
  const siteNames = knownSiteNames(metadata, page.url);
  const titles = titleCandidates(tree, metadata, siteNames, page.hints?.title);
  const title = chooseTitle(titles, trace) ?? ruled?.values.title;
  if (!title) {
    const refusal = refuseUntitled(tree, metadata) ?? {
      reason: 'no-title',
      detail: 'neither the metadata nor a heading names the page',
    };
    return { extraction: { ok: false, ...refusal }, tree, ruled };
  }
  const chosen = ruled?.values.title ?? title;
  const shown = shownTitle(titles, chosen.value);
  return extractBelow({ page, tree, metadata, siteNames, title: chosen, shown, ruled, trace });
}

/** What is known once the page has a title. */
interface TitledPage {
  page: PageInput;
  tree: HtmlTree;
  metadata: PageMetadata;
  siteNames: readonly string[];
  title: Candidate<string>;
  /** The heading, where it words the title otherwise. */
  shown: string | undefined;
  ruled: RuledPage | undefined;
  trace: Trace | undefined;
}

function extractBelow(titled: TitledPage): Worked {
  const { page, tree, metadata, siteNames, title, ruled, trace } = titled;
  const titleNode = headingOf(tree, metadata, title.value);
  const hints = bodyHints(titled, titleNode);
  const { body, isRuled } = findRuledBody(tree, hints, ruled);
  const images = imagesOf(tree, metadata, body, titleNode, trace);
  const uncaptioned = withoutCaptions(body.kept, images);
  trace?.dropMissing(body.kept, uncaptioned, 'picture-caption');
  const corrections = findCorrections(tree, metadata, body, titleNode ?? 0, trace);
  const kept = uncaptioned.filter(({ text }) => !corrections.lines.has(comparisonKey(text)));
  // What a publisher's own rules name is the body, whatever else the page holds.
  const stating = isRuled ? { ...hints, reference: undefined, locked: true } : hints;
  const content = chooseContent(tree, { ...body, kept }, stating, metadata.baseUrl);
  if (ruled && isRuled) {
    content.provenance = bodyProvenance(ruled);
    trace?.contentCameFrom(content.provenance);
  }
  content.blocks = withoutCorrections(content.blocks, corrections);
  const text = toText(content.blocks);
  const refusal = refuse({ tree, metadata, body, title: title.value, titleNode, text, url: page.url, trace });
  if (refusal) return { extraction: { ok: false, ...refusal }, tree, ruled, body, images };
  const stated = new StatedPictures(metadata, [title.value, ...siteNames]);
  const article = assemble({ ...titled, titleNode, body, content, corrections, text, images, stated });
  return { extraction: { ok: true, article }, tree, ruled, body: { ...body, kept }, images };
}

/** What the metadata say about the text. */
function bodyHints({ page, tree, metadata, siteNames, title, trace }: TitledPage, titleNode?: number): BodyHints {
  const byline = authorCandidates(tree, metadata, { title: titleNode, body: titleNode ?? 0, siteNames }, false);
  return {
    url: webUrl(metadata.canonical ?? metadata.meta.get('og:url')?.[0], metadata.baseUrl) ?? page.url,
    title: title.value,
    titleNode,
    descriptions: descriptionCandidates(metadata).map(({ value }) => value),
    authors: mostTrusted(byline)?.value.map(({ name }) => name) ?? [],
    reference: statedBody(metadata),
    locked: isLocked(metadata),
    trace,
  };
}

/** The body that a publisher's rules name, unless there is no text in it. */
function findRuledBody(
  tree: HtmlTree,
  hints: BodyHints,
  ruled: RuledPage | undefined,
): { body: Body; isRuled: boolean } {
  const rules = ruled?.body;
  const body = findBody(tree, { ...hints, rules });
  if (!rules || rules.body.length === 0) return { body, isRuled: false };
  if (body.kept.length > 0) return { body, isRuled: true };
  ruled.missed.push('body');
  return { body: findBody(tree, { ...hints, rules: { ...rules, body: [] } }), isRuled: false };
}

/** What the steps before have found in one page. */
interface Findings extends TitledPage {
  titleNode: number | undefined;
  body: Body;
  content: Content;
  corrections: Corrections;
  text: string;
  images: readonly PlacedImage[];
  stated: StatedPictures;
}

/** Fields that hold the page's own addresses. */
type AddressField = 'canonicalUrl' | 'ampUrl';

const CORRECTED: Readonly<Record<Corrections['sources'][number], FieldProvenance>> = {
  'json-ld': { source: 'json-ld', rule: 'correction', confidence: 0.95 },
  microdata: { source: 'microdata', rule: 'correction', confidence: 0.9 },
  dom: { source: 'dom', rule: 'beginning', confidence: 0.7 },
};

/** Chooses the remaining fields and puts the record together. */
function assemble(findings: Findings): ExtractedArticle {
  const { page, tree, metadata, siteNames, title, titleNode, body, content, text, images, stated } = findings;
  const { ruled, trace } = findings;
  const { corrections } = findings.corrections;
  // Who asks for an explanation sees the values as well that cannot be chosen.
  const all = trace !== undefined;
  const provenance: Record<string, FieldProvenance> = { title: provenanceOf(title), body: content.provenance };
  const take = <T>(field: keyof RuledValues | AddressField, generic: readonly Candidate<T>[]): T | undefined => {
    const value = ruled?.values[field as keyof RuledValues] as Candidate<T> | undefined;
    const candidates = value ? [value, ...generic] : generic;
    trace?.field(field, candidates);
    const best = mostTrusted(candidates);
    if (best) provenance[field] = provenanceOf(best);
    return best?.value;
  };
  const bodyNode = body.kept[0]?.start ?? body.chosen?.node ?? 0;
  const above = titleNode !== undefined && titleNode <= bodyNode ? titleNode : undefined;
  const language = take('language', languageCandidates(metadata, page.contentLanguage, all));
  const around = {
    title: above,
    body: bodyNode,
    language,
    url: page.url,
    hint: page.hints?.published,
    siteNames,
  };
  const descriptions = descriptionCandidates(metadata);
  // A summary that the page shows is less trusted than any that it states.
  const summaries = all || descriptions.length === 0 ? standfirstCandidates(tree, metadata, around) : [];
  const description = take('description', [...descriptions, ...summaries]);
  const published = take<DateFound>('published', publishedCandidates(tree, metadata, around, all));
  const modified = take<DateFound>('modified', modifiedCandidates(tree, metadata, around, all));
  const canonicalUrl = take('canonicalUrl', canonicalCandidates(metadata, page.url));
  const ampUrl = take('ampUrl', ampCandidates(metadata));
  const siteName = take('siteName', siteNameCandidates(metadata));
  const publisher = take('publisher', publisherCandidates(metadata));
  const section = take('section', sectionCandidates(metadata, page.url, all));
  const authors = take('authors', authorCandidates(tree, metadata, around, all)) ?? [];
  const pictures = withoutPortraits(
    images,
    authors.map(({ name }) => name),
  );
  const leadImage = take('leadImage', leadImageCandidates(metadata, pictures, stated, openingOf(body)));
  const editorNote = findEditorNotes(body);
  const access = readAccess(tree, metadata);
  if (pictures.length > 0) provenance['images'] = { source: 'dom', rule: 'pictures of the article', confidence: 0.8 };
  const [correctedIn] = findings.corrections.sources;
  if (correctedIn !== undefined) provenance['corrections'] = CORRECTED[correctedIn];
  if (editorNote !== undefined) provenance['editorNote'] = { source: 'dom', rule: 'beginning', confidence: 0.7 };
  if (access.free !== undefined)
    provenance['access'] = { source: 'json-ld', rule: 'isAccessibleForFree', confidence: 0.9 };
  const article: ExtractedArticle = {
    title: title.value,
    ...(findings.shown !== undefined && { shownTitle: findings.shown }),
    ...(description !== undefined && { description }),
    authors,
    ...(published && { published }),
    ...(modified && { modified }),
    ...(canonicalUrl !== undefined && { canonicalUrl }),
    ...(ampUrl !== undefined && { ampUrl }),
    ...(siteName !== undefined && { siteName }),
    ...(publisher !== undefined && { publisher }),
    ...(language !== undefined && { language }),
    ...(section !== undefined && { section }),
    keywords: take('keywords', keywordCandidates(metadata, page.url, all)) ?? [],
    ...(leadImage && { leadImage }),
    images: pictures.map(({ image, key }) => stated.complete(image, key)),
    blocks: content.blocks,
    text,
    html: toHtml(content.blocks),
    ...(corrections.length > 0 && { corrections: [...corrections] }),
    ...(editorNote !== undefined && { editorNote }),
    access,
    provenance,
    missing: [],
    warnings: [
      ...(tree.cut ? ['page-cut'] : []),
      ...(ruled?.missed ?? []).map((part) => `publisher-rule-missed:${part}`),
    ],
  };
  article.missing = missingFields(article);
  return wellFormedArticle(article);
}

/** The pictures from the title to the end of the body, with the captions that stood loose in the text. */
function imagesOf(
  tree: HtmlTree,
  metadata: PageMetadata,
  body: Body,
  titleNode: number | undefined,
  trace: Trace | undefined,
): PlacedImage[] {
  if (!body.chosen) return [];
  const { node } = body.chosen;
  const images = findImages(
    tree,
    Math.min(titleNode ?? node, node),
    tree.end(node),
    body.clutter.removed,
    metadata.baseUrl,
    presentedKeys(metadata),
    trace,
  );
  placeLooseCaptions(images, body.looseCaptions, body.kept);
  return images;
}

/** Where the text has begun: its third segment, since a standfirst and a first paragraph may stand above the picture. */
function openingOf({ kept }: Body): number {
  return kept[Math.min(2, kept.length - 1)]?.start ?? 0;
}

function missingFields(article: ExtractedArticle): string[] {
  const expected = ['published', 'language', 'leadImage', 'description'] as const;
  const missing: string[] = expected.filter((field) => article[field] === undefined);
  if (article.authors.length === 0) missing.unshift('authors');
  return missing;
}

/** Every string of the article without control characters and lone surrogates. */
function wellFormedArticle(article: ExtractedArticle): ExtractedArticle {
  // Text, HTML and blocks hold the same characters, and addresses of blocks are sound by their parsing.
  const { text, html: _html, blocks, ...parts } = article;
  if (isSound(parts) && (isPlainlySound(text) || isSound(blocks))) return article;
  return JSON.parse(JSON.stringify(article), (_key, value: unknown) =>
    typeof value === 'string' ? wellFormed(value) : value,
  ) as ExtractedArticle;
}

function isSound(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  if (typeof value !== 'object' || value === null) return true;
  return Array.isArray(value) ? value.every(isSound) : Object.values(value).every(isSound);
}

/** The h1 that shows the title; else the first one. */
function headingOf(tree: HtmlTree, metadata: PageMetadata, title: string): number | undefined {
  const key = comparisonKey(title);
  return metadata.headings.find((node) => comparisonKey(tree.textContent(node, 1_000)) === key) ?? metadata.headings[0];
}
