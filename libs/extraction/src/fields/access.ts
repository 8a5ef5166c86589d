import type { HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, list, typesOf } from '../metadata/json-ld.js';

/**
 * Whether the article may be read for free, from schema.org isAccessibleForFree alone: phrases on the page
 * ("subscribe to continue") say nothing about this article.
 */
export function readAccess(tree: HtmlTree, page: PageMetadata): { free?: boolean; evidence?: string } {
  const { article, nodes, resolve } = page.jsonLd;
  const pages = nodes.filter((node) => typesOf(node).some((type) => type.endsWith('webpage')));
  for (const node of article ? [article, ...pages] : pages) {
    const stated = node['isAccessibleForFree'];
    const own = truth(stated);
    if (own !== undefined) return { free: own, evidence: `isAccessibleForFree: ${String(list(stated)[0])}` };
    for (const value of list(node['hasPart'])) {
      const part = resolve(value);
      if (isNode(part) && truth(part['isAccessibleForFree']) === false)
        return { free: false, evidence: 'hasPart.isAccessibleForFree: false' };
    }
  }
  const item = page.itemProperties.find(({ name }) => name === 'isaccessibleforfree')?.node;
  const stated = item === undefined ? undefined : (tree.attribute(item, 'content') ?? tree.textContent(item, 20));
  const free = truth(stated);
  return free === undefined ? {} : { free, evidence: `itemprop isAccessibleForFree: ${String(stated)}` };
}

function truth(stated: unknown): boolean | undefined {
  const [value] = list(stated);
  if (typeof value === 'boolean') return value;
  const word =
    typeof value === 'string'
      ? value
          .trim()
          .toLowerCase()
          .replace(/^https?:\/\/schema\.org\//, '')
      : '';
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
