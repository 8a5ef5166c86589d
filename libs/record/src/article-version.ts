import { type ArticleRecord, articleParsed, articleUri, type EventOf, pageFetched } from '@newsmill/contracts';
import type { DateFound, ExtractedArticle, ImageFound } from '@newsmill/extraction';
import { articleIdOf, judgeCanonical, normalizeUrl } from '@newsmill/web';
import { countWords } from './count-words.js';

type PageFetched = EventOf<typeof pageFetched>;

/** Maps what was extracted to the record that travels on: ninjs 3.1 names, everything else in `x`. */
export function toArticleVersion(page: PageFetched, article: ExtractedArticle): EventOf<typeof articleParsed> {
  const canonical = identityUrl(page.url.final, article.canonicalUrl ?? page.canonical);
  const articleId =
    page.publisher !== undefined && page.guid !== undefined
      ? articleIdOf({ publisher: page.publisher, guid: page.guid })
      : articleIdOf({ url: canonical });
  return { articleId, receiptId: page.receiptId, record: toRecord(page, article, articleId, canonical) };
}

/**
 * The address that identifies the article: what the page declares canonical, when that is plausible. Another site's
 * address must not take over that site's article, and a front page is not an article.
 */
export function identityUrl(finalUrl: string, declared: string | undefined): string {
  const verdict = declared === undefined ? undefined : judgeCanonical(finalUrl, declared);
  return verdict?.believed === true ? verdict.url : normalizeUrl(finalUrl);
}

function toRecord(page: PageFetched, article: ExtractedArticle, articleId: string, canonical: string): ArticleRecord {
  const { published, modified } = article;
  return {
    uri: articleUri(articleId),
    altIds: [
      { role: 'url', value: canonical },
      ...(page.guid !== undefined ? [{ role: 'guid', value: page.guid }] : []),
    ],
    type: 'text',
    ...(published && { firstCreated: published.iso, contentCreated: published.iso }),
    versionCreated: versionTime(page.fetchedAt, published, modified),
    pubStatus: 'usable',
    ...(article.language !== undefined && { language: article.language }),
    headlines: [
      { role: 'main', contentType: 'text/plain', value: article.title },
      ...(article.shownTitle === undefined
        ? []
        : [{ role: 'display', contentType: 'text/plain', value: article.shownTitle }]),
    ],
    ...(article.description !== undefined && {
      descriptions: [{ role: 'summary', contentType: 'text/plain', value: article.description }],
    }),
    bodies: [
      {
        role: 'main',
        contentType: 'text/plain',
        charCount: article.text.length,
        wordCount: countWords(article.text),
        value: article.text,
      },
      { role: 'richtext', contentType: 'text/html', value: article.html },
    ],
    ...(article.authors.length > 0 && {
      by: article.authors.map(({ name }) => name).join(', '),
      people: article.authors.map(({ name, url }) => ({
        name,
        rel: 'author',
        ...(url !== undefined && URL.canParse(url) && { uri: new URL(url).href }),
      })),
    }),
    ...subjects(article),
    ...infoSources(article),
    ...associations(article),
    ...(article.editorNote !== undefined && { edNote: article.editorNote }),
    x: {
      url: {
        original: page.url.original,
        final: page.url.final,
        canonical,
        ...(article.ampUrl !== undefined && { amp: article.ampUrl }),
      },
      dates: {
        ...(published && { published: published.iso, publishedRaw: published.raw, zoneSource: published.zone }),
        ...(modified && { modified: modified.iso, modifiedRaw: modified.raw }),
      },
      access: article.access,
      ...(article.corrections !== undefined && { corrections: article.corrections }),
      provenance: article.provenance,
      parse: { missing: article.missing, warnings: article.warnings },
      acquisition: {
        mode: page.origin.mode,
        source: page.origin.source,
        fetchedAt: page.fetchedAt,
        ...(page.status !== undefined && { status: page.status }),
        ...(page.restore && { restore: true as const }),
      },
    },
  };
}

/** A date in the future would shut out every later version: the fetch time bounds it. */
function versionTime(fetchedAt: string, published?: DateFound, modified?: DateFound): string {
  const stated = [published?.iso, modified?.iso].filter((iso) => iso !== undefined).map((iso) => Date.parse(iso));
  const fetched = Date.parse(fetchedAt);
  return new Date(stated.length === 0 ? fetched : Math.min(fetched, Math.max(...stated))).toISOString();
}

function subjects({ section, keywords }: ExtractedArticle): Pick<ArticleRecord, 'subjects'> {
  const all = [
    ...(section === undefined ? [] : [{ name: section, rel: 'section' }]),
    ...keywords.map((name) => ({ name, rel: 'keyword' })),
  ];
  return all.length === 0 ? {} : { subjects: all };
}

function infoSources({ publisher, siteName }: ExtractedArticle): Pick<ArticleRecord, 'infoSources'> {
  const name = publisher ?? siteName;
  return name === undefined ? {} : { infoSources: [{ name, role: 'publisher' }] };
}

function associations({ images, leadImage }: ExtractedArticle): Pick<ArticleRecord, 'associations'> {
  const listed = leadImage && !images.some(({ url }) => url === leadImage.url) ? [leadImage, ...images] : images;
  const all = listed.filter(({ url }) => URL.canParse(url));
  if (all.length === 0) return {};
  return {
    associations: all.map((image, index) => picture(image, index, image.url === leadImage?.url)),
  };
}

/** ninjs wants a name and a URI for each association. */
function picture(image: ImageFound, index: number, lead: boolean): NonNullable<ArticleRecord['associations']>[number] {
  const descriptions = [
    ...(image.caption === undefined ? [] : [{ role: 'caption', contentType: 'text/plain', value: image.caption }]),
    ...(image.alt === undefined ? [] : [{ role: 'alt', contentType: 'text/plain', value: image.alt }]),
  ];
  return {
    name: `picture-${index + 1}`,
    uri: new URL(image.url).href,
    rel: lead ? 'lead' : 'inline',
    type: 'picture',
    ...(descriptions.length > 0 && { descriptions }),
    ...(image.credit !== undefined && { by: image.credit }),
    renditions: [
      {
        name: 'original',
        href: new URL(image.url).href,
        ...(image.width !== undefined && { width: Math.round(image.width) }),
        ...(image.height !== undefined && { height: Math.round(image.height) }),
      },
    ],
  };
}
