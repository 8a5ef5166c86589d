import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, list } from '../metadata/json-ld.js';

/**
 * Whether the article may be read for free, from schema.org isAccessibleForFree alone: phrases on the page
 * ("subscribe to continue") say nothing about this article.
 */
export function readAccess(page: PageMetadata): { free?: boolean; evidence?: string } {
  const { article } = page.jsonLd;
  const own = truth(article?.['isAccessibleForFree']);
  if (own !== undefined)
    return { free: own, evidence: `isAccessibleForFree: ${String(article?.['isAccessibleForFree'])}` };
  for (const part of list(article?.['hasPart'])) {
    const value = isNode(part) ? truth(part['isAccessibleForFree']) : undefined;
    if (value === false) return { free: false, evidence: 'hasPart.isAccessibleForFree: false' };
  }
  return {};
}

function truth(value: unknown): boolean | undefined {
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
