import { imageKey } from '@newsmill/web';
import type { ImageFound } from '../article.js';
import { decodeText } from '../fields/entities.js';
import { webUrl } from '../links.js';
import { isNode, ldText, ldUrl, list, typesOf, type LdNode } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { comparisonKey, stripTags } from '../text.js';
import { creditOf, splitCaption } from './caption.js';
import { joinReports } from './join-reports.js';

/** Picture nodes read of one page. */
const MAX_NODES = 200;

/** What the JSON-LD says about the pictures of a page, by their keys. */
export class StatedPictures {
  private readonly byKey = new Map<string, ImageFound>();

  /** `names` are the title and the site's names: systems write them where no caption is known. */
  constructor(
    private readonly page: PageMetadata,
    names: readonly string[],
  ) {
    const empty = new Set(names.map(comparisonKey));
    const stated = list(page.jsonLd.article?.['image']).map((value) => page.jsonLd.resolve(value));
    const typed = page.jsonLd.nodes.filter((node) => typesOf(node).includes('imageobject'));
    for (const node of [...stated.filter(isNode), ...typed].slice(0, MAX_NODES)) {
      const image = readPicture(node, page.baseUrl, empty);
      if (!image) continue;
      const key = imageKey(image.url);
      this.byKey.set(key, joinReports(this.byKey.get(key) ?? image, image));
    }
  }

  /** The picture, which has this key, with what is stated about it where it says nothing itself. */
  complete(image: ImageFound, key: string): ImageFound {
    return joinReports(image, this.byKey.get(key));
  }

  /** The first picture of the JSON-LD article. */
  first(): ImageFound | undefined {
    for (const value of list(this.page.jsonLd.article?.['image'])) {
      const url = webUrl(ldUrl(this.page.jsonLd.resolve(value)), this.page.baseUrl);
      if (url) return this.complete({ url }, imageKey(url));
    }
    return undefined;
  }
}

function readPicture(node: LdNode, baseUrl: string, empty: ReadonlySet<string>): ImageFound | undefined {
  const url = webUrl(ldUrl(node), baseUrl);
  if (!url) return undefined;
  const split = splitCaption(stripTags(decodeText(ldText(node['caption']) ?? '')));
  // One word is a file's name or a mark of the system.
  const spoken = split.caption?.includes(' ') === true && !empty.has(comparisonKey(split.caption));
  const caption = spoken ? split.caption : undefined;
  const credit = statedCredit(node) ?? split.credit;
  return {
    url,
    ...(caption !== undefined && { caption }),
    ...(credit !== undefined && { credit }),
    ...sidesOf(ldText(node['width']), ldText(node['height'])),
  };
}

/** The maker as schema.org's ImageObject states it, the fullest property first. */
function statedCredit(node: LdNode): string | undefined {
  for (const property of ['creditText', 'author', 'creator', 'copyrightHolder', 'copyrightNotice']) {
    for (const value of list(node[property])) {
      const credit = creditOf(decodeText((isNode(value) ? ldText(value['name']) : ldText(value)) ?? ''));
      if (credit !== undefined) return credit;
    }
  }
  return undefined;
}

/** Both sides in pixels, when both are stated. */
export function sidesOf(
  width: string | undefined,
  height: string | undefined,
): { width: number; height: number } | undefined {
  const sides = { width: Number.parseInt(width ?? '', 10), height: Number.parseInt(height ?? '', 10) };
  return sides.width > 0 && sides.height > 0 ? sides : undefined;
}
