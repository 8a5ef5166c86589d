import type { ImageFound } from '../article.js';
import { candidate, type Candidate } from '../fields/candidate.js';
import { webUrl } from '../links.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { imageKey, joinReports } from './same-picture.js';
import { sidesOf, type StatedPictures } from './stated-pictures.js';

/**
 * The pictures by which the page wants to be shown, each with what the body's copy of the same picture and the
 * JSON-LD say about it.
 */
export function leadImageCandidates(
  page: PageMetadata,
  images: readonly ImageFound[],
  stated: StatedPictures,
): Candidate<ImageFound>[] {
  const found: Candidate<ImageFound>[] = [];
  const byKey = new Map(images.map((image) => [imageKey(image.url), image]));
  const complete = (image: ImageFound): ImageFound =>
    stated.complete(joinReports(image, byKey.get(imageKey(image.url))));
  const og = webUrl(page.meta.get('og:image')?.[0] ?? page.meta.get('og:image:url')?.[0], page.baseUrl);
  if (og) {
    const sides = sidesOf(page.meta.get('og:image:width')?.[0], page.meta.get('og:image:height')?.[0]);
    found.push(candidate(complete({ url: og, ...sides }), 'open-graph', 'og:image', 0.9));
  }
  const first = stated.first();
  if (first) found.push(candidate(complete(first), 'json-ld', 'image', 0.8));
  const twitter = webUrl(page.meta.get('twitter:image')?.[0] ?? page.meta.get('twitter:image:src')?.[0], page.baseUrl);
  if (twitter) found.push(candidate(complete({ url: twitter }), 'meta', 'twitter:image', 0.75));
  if (images[0]) found.push(candidate(images[0], 'dom', 'first image of the body', 0.5));
  return found;
}
