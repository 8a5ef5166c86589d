import type { ImageFound } from '../article.js';
import { candidate, type Candidate } from '../fields/candidate.js';
import { webUrl } from '../links.js';
import { isNode, ldText, ldUrl, list } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { imageKey } from './find-images.js';

/** The pictures by which the page wants to be shown. What the body's copy of the same picture says is added. */
export function leadImageCandidates(page: PageMetadata, images: readonly ImageFound[]): Candidate<ImageFound>[] {
  const found: Candidate<ImageFound>[] = [];
  const byKey = new Map(images.map((image) => [imageKey(image.url), image]));
  const withCaption = (image: ImageFound): ImageFound => {
    const { caption, credit, alt } = byKey.get(imageKey(image.url)) ?? {};
    return {
      ...(caption !== undefined && { caption }),
      ...(credit !== undefined && { credit }),
      ...(alt !== undefined && { alt }),
      ...image,
    };
  };
  const og = webUrl(page.meta.get('og:image')?.[0] ?? page.meta.get('og:image:url')?.[0], page.baseUrl);
  if (og) {
    const image: ImageFound = { url: og };
    Object.assign(image, sizeOf(page.meta.get('og:image:width')?.[0], page.meta.get('og:image:height')?.[0]));
    found.push(candidate(withCaption(image), 'open-graph', 'og:image', 0.9));
  }
  for (const entry of list(page.jsonLd.article?.['image'])) {
    const value = page.jsonLd.resolve(entry);
    const url = webUrl(ldUrl(value), page.baseUrl);
    if (!url) continue;
    const image: ImageFound = { url };
    if (isNode(value)) {
      const caption = ldText(value['caption']);
      const credit = ldText(value['creditText']);
      Object.assign(image, sizeOf(ldText(value['width']), ldText(value['height'])));
      if (caption) image.caption = caption;
      if (credit) image.credit = credit;
    }
    found.push(candidate(withCaption(image), 'json-ld', 'image', 0.8));
    break;
  }
  const twitter = webUrl(page.meta.get('twitter:image')?.[0] ?? page.meta.get('twitter:image:src')?.[0], page.baseUrl);
  if (twitter) found.push(candidate(withCaption({ url: twitter }), 'meta', 'twitter:image', 0.75));
  if (images[0]) found.push(candidate(images[0], 'dom', 'first image of the body', 0.5));
  return found;
}

/** Both sides in pixels, when both are stated. */
function sizeOf(width: string | undefined, height: string | undefined): { width: number; height: number } | undefined {
  const size = { width: Number.parseInt(width ?? '', 10), height: Number.parseInt(height ?? '', 10) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}
