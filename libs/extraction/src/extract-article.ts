import type {
  DateFound,
  ExtractedArticle,
  Extraction,
  FieldProvenance,
  ImageFound,
  PageInput,
  RejectReason,
} from './article.js';
import { chooseContent, statedBody, type Content } from './body/content.js';
import { findBody, type Body } from './body/find-body.js';
import { readAccess } from './fields/access.js';
import { authorCandidates } from './fields/authors.js';
import { mostTrusted, provenanceOf, type Candidate } from './fields/candidate.js';
import { keywordCandidates, sectionCandidates } from './fields/classification.js';
import { modifiedCandidates, publishedCandidates } from './fields/dates.js';
import { descriptionCandidates } from './fields/description.js';
import { languageCandidates } from './fields/language.js';
import { findNotes } from './fields/notes.js';
import { knownSiteNames, publisherCandidates, siteNameCandidates } from './fields/site.js';
import { chooseTitle, titleCandidates } from './fields/title.js';
import { parseHtml, type HtmlTree } from './html-tree.js';
import { findImages, type PlacedImage } from './images/find-images.js';
import { placeLooseCaptions, withoutCaptions } from './images/loose-captions.js';
import { leadImageCandidates } from './images/lead-image.js';
import { StatedPictures } from './images/stated-pictures.js';
import { webUrl } from './links.js';
import { readPageMetadata, type PageMetadata } from './metadata/page-metadata.js';
import { refuse } from './page-kind.js';
import { toHtml, toText } from './serialize.js';
import { comparisonKey, isWellFormed, wellFormed } from './text.js';

/** Pages with more characters than this are not read. */
export const MAX_HTML = 60_000_000;

/**
 * Finds the article in a page: metadata, body, images. Pure and total: any text ends in an article or in a reason why
 * there is none. Time grows linearly with the page.
 */
export function extractArticle(page: PageInput): Extraction {
  const reject = (reason: RejectReason, detail: string): Extraction => ({ ok: false, reason, detail });
  if (webUrl(page.url, page.url) === undefined)
    return reject('invalid-url', `not an absolute http(s) URL: ${page.url.slice(0, 200)}`);
  if (page.status !== undefined && page.status >= 400) return reject('error-status', `HTTP status ${page.status}`);
  if (page.html.length > MAX_HTML)
    return reject('too-large', `${page.html.length} characters, at most ${MAX_HTML} are read`);
  if (page.html.trim() === '') return reject('empty-page', 'the page has no content');

  const tree = parseHtml(page.html);
  const metadata = readPageMetadata(tree, page.url);
  const siteNames = knownSiteNames(metadata, page.url);
  const title = chooseTitle(titleCandidates(tree, metadata, siteNames, page.hints?.title));
  if (!title) return reject('no-title', 'neither the metadata nor a heading names the page');

  const titleNode = headingOf(tree, metadata, title.value);
  const reference = statedBody(metadata);
  const descriptions = descriptionCandidates(metadata).map(({ value }) => value);
  const body = findBody(tree, { title: title.value, titleNode, descriptions, reference });
  const images = imagesOf(tree, metadata, body, titleNode);
  const content = chooseContent(
    tree,
    { ...body, kept: withoutCaptions(body.kept, images) },
    reference,
    metadata.baseUrl,
  );
  const text = toText(content.blocks);
  const refusal = refuse(tree, metadata, body, title.value, text, page.url);
  if (refusal) return { ok: false, ...refusal };
  const stated = new StatedPictures(metadata, [title.value, ...siteNames]);
  const pictures = images.map(({ image }) => stated.complete(image));
  return {
    ok: true,
    article: assemble({ page, tree, metadata, siteNames, title, titleNode, body, content, text, pictures, stated }),
  };
}

/** What the steps before have found in one page. */
interface Findings {
  page: PageInput;
  tree: HtmlTree;
  metadata: PageMetadata;
  siteNames: readonly string[];
  title: Candidate<string>;
  titleNode: number | undefined;
  body: Body;
  content: Content;
  text: string;
  pictures: ImageFound[];
  stated: StatedPictures;
}

/** Chooses the remaining fields and puts the record together. */
function assemble(findings: Findings): ExtractedArticle {
  const { page, tree, metadata, siteNames, title, titleNode, body, content, text, pictures, stated } = findings;
  const provenance: Record<string, FieldProvenance> = { title: provenanceOf(title), body: content.provenance };
  const take = <T>(field: string, candidates: readonly Candidate<T>[]): T | undefined => {
    const best = mostTrusted(candidates);
    if (best) provenance[field] = provenanceOf(best);
    return best?.value;
  };
  const bodyNode = body.kept[0]?.start ?? body.chosen?.node ?? 0;
  const above = titleNode !== undefined && titleNode <= bodyNode ? titleNode : undefined;
  const language = take('language', languageCandidates(metadata, page.contentLanguage));
  const nearby = nearbyTexts(body, above ?? bodyNode, bodyNode);
  const around = {
    title: above,
    body: bodyNode,
    nearby,
    language,
    url: page.url,
    hint: page.hints?.published,
    siteNames,
  };
  const description = take('description', descriptionCandidates(metadata));
  const published = take<DateFound>('published', publishedCandidates(tree, metadata, around));
  const modified = take<DateFound>('modified', modifiedCandidates(tree, metadata, language));
  const canonicalUrl = webUrl(metadata.canonical ?? metadata.meta.get('og:url')?.[0], metadata.baseUrl);
  const ampUrl = webUrl(metadata.amp, metadata.baseUrl);
  const siteName = take('siteName', siteNameCandidates(metadata));
  const publisher = take('publisher', publisherCandidates(metadata));
  const section = take('section', sectionCandidates(metadata));
  const leadImage = take('leadImage', leadImageCandidates(metadata, pictures, stated));
  const article: ExtractedArticle = {
    title: title.value,
    ...(description !== undefined && { description }),
    authors: take('authors', authorCandidates(tree, metadata, around)) ?? [],
    ...(published && { published }),
    ...(modified && { modified }),
    ...(canonicalUrl !== undefined && { canonicalUrl }),
    ...(ampUrl !== undefined && { ampUrl }),
    ...(siteName !== undefined && { siteName }),
    ...(publisher !== undefined && { publisher }),
    ...(language !== undefined && { language }),
    ...(section !== undefined && { section }),
    keywords: take('keywords', keywordCandidates(metadata)) ?? [],
    ...(leadImage && { leadImage }),
    images: pictures,
    blocks: content.blocks,
    text,
    html: toHtml(content.blocks),
    ...findNotes(body.page.segments.map((segment) => segment.text)),
    access: readAccess(metadata),
    provenance,
    missing: [],
    warnings: tree.cut ? ['page-cut'] : [],
  };
  article.missing = missingFields(article);
  return wellFormedArticle(article);
}

/** The pictures from the title to the end of the body, with the captions that stood loose in the text. */
function imagesOf(tree: HtmlTree, metadata: PageMetadata, body: Body, titleNode: number | undefined): PlacedImage[] {
  if (!body.chosen) return [];
  const { node } = body.chosen;
  const images = findImages(
    tree,
    Math.min(titleNode ?? node, node),
    tree.end(node),
    body.clutter.removed,
    metadata.baseUrl,
  );
  placeLooseCaptions(images, body.looseCaptions);
  return images;
}

function missingFields(article: ExtractedArticle): string[] {
  const expected = ['published', 'language', 'leadImage', 'description'] as const;
  const missing: string[] = expected.filter((field) => article[field] === undefined);
  if (article.authors.length === 0) missing.unshift('authors');
  return missing;
}

/** Every string of the article without control characters and lone surrogates. */
function wellFormedArticle(article: ExtractedArticle): ExtractedArticle {
  // Text and HTML hold no characters but those of the blocks.
  const { text: _text, html: _html, ...parts } = article;
  if (isSound(parts)) return article;
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

/** Short lines between the title and the body: where bylines and dates are printed. */
function nearbyTexts(body: Body, from: number, to: number): string[] {
  const texts: string[] = [];
  for (const { start, text } of body.page.segments) {
    if (start >= from && start <= to && text.length <= 150) texts.push(text);
  }
  return texts.slice(0, 40);
}
