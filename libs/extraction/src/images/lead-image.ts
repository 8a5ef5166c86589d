import { imageKey } from '@newsmill/web';
import type { ImageFound } from '../article.js';
import { candidate, type Candidate } from '../fields/candidate.js';
import { ldUrl, list } from '../metadata/json-ld.js';
import { webUrl } from '../links.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import type { PlacedImage } from './find-images.js';
import { joinReports } from './join-reports.js';
import { sidesOf, type StatedPictures } from './stated-pictures.js';

/** A picture narrower than this does not open an article. */
const LEAST_WIDTH = 300;

/** Versions made for sharing carry the site's mark or a crop of their own. */
const FOR_SHARING = /brand|social|share|facebook|twitter|overlay|teaser|watermark|(?:^|[/_.-])og(?:[/_.-]|$)/i;

/** The keys of the pictures by which the page presents itself. */
export function presentedKeys(page: PageMetadata): ReadonlySet<string> {
  const stated = list(page.jsonLd.article?.['image']).map((value) => ldUrl(page.jsonLd.resolve(value)));
  const urls = [page.meta.get('og:image')?.[0], page.meta.get('twitter:image')?.[0], ...stated.slice(0, 20)];
  return new Set(
    urls
      .map((url) => webUrl(url, page.baseUrl))
      .filter((url) => url !== undefined)
      .map(imageKey),
  );
}

/**
 * The pictures by which the page wants to be shown, each with what the body's copy of the same picture and the
 * JSON-LD say about it. The copy that stands in the article goes before the one made for sharing; so does a picture
 * that stands above the text, which is before the node `opening`.
 */
export function leadImageCandidates(
  page: PageMetadata,
  images: readonly PlacedImage[],
  stated: StatedPictures,
  opening: number,
): Candidate<ImageFound>[] {
  const found: Candidate<ImageFound>[] = [];
  const byKey = new Map(images.map((placed) => [placed.key, placed]));
  const add = (url: string, sides: Sides | undefined, ...[source, rule, trust]: Origin): void => {
    const key = imageKey(url);
    const shared = stated.complete({ url, ...sides }, key);
    const placed = byKey.get(key);
    if (!placed) return void found.push(candidate(shared, source, rule, trust));
    const own = stated.complete(placed.image, key);
    const width = widthInUrl(url) ?? shared.width;
    const offered = placed.offered ?? widthInUrl(placed.image.url);
    const isLarger = !FOR_SHARING.test(url) && width !== undefined && offered !== undefined && width > 1.25 * offered;
    found.push(
      candidate(
        isLarger ? joinReports(shared, own) : own,
        source,
        `${rule}, in the article`,
        Math.round(100 * trust + 5) / 100,
      ),
    );
  };
  const meta = (name: string): string | undefined => page.meta.get(name)?.[0];
  const og = webUrl(meta('og:image') ?? meta('og:image:url'), page.baseUrl);
  if (og) add(og, sidesOf(meta('og:image:width'), meta('og:image:height')), 'open-graph', 'og:image', 0.9);
  const first = stated.first();
  if (first) add(first.url, sidesOf(String(first.width), String(first.height)), 'json-ld', 'image', 0.8);
  const twitter = webUrl(meta('twitter:image') ?? meta('twitter:image:src'), page.baseUrl);
  if (twitter) add(twitter, undefined, 'meta', 'twitter:image', 0.75);
  const top = images.find(({ node }) => node < opening);
  if (top && opens(top))
    found.push(candidate(stated.complete(top.image, top.key), 'dom', 'picture above the text', 0.92));
  if (images[0])
    found.push(candidate(stated.complete(images[0].image, images[0].key), 'dom', 'first image of the body', 0.5));
  return found;
}

type Sides = { width: number; height: number };
type Origin = Parameters<typeof candidate> extends [unknown, ...infer Rest] ? Rest : never;

function opens({ image, kind, offered }: PlacedImage): boolean {
  const width = offered ?? widthInUrl(image.url);
  return (width === undefined || width >= LEAST_WIDTH) && (kind !== 'none' || width !== undefined);
}

/** "…-1600x900.jpg", "?w=640": the width that an address asks for. */
function widthInUrl(url: string): number | undefined {
  const found = /(?:^|[^\da-z])(\d{3,4})x\d{3,4}(?!\d)|[?&](?:w|(?:max|im)?width)=(\d{3,4})(?!\d)/.exec(url);
  return found ? Number(found[1] ?? found[2]) : undefined;
}
