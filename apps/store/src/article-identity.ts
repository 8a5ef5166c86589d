import type { ArticleRecord } from '@newsmill/contracts';
import { tryNormalizeUrl } from '@newsmill/web';
import type { EntityManager } from 'typeorm';
import type { AddressOwner } from './article-rows.js';

/**
 * Every web address under which a version has come in, normalised, and whether it stood there. The surest first. None for
 * a newsroom's item that has only an identifier, such as a `urn:`.
 */
export function addressesOf({ x: { url } }: ArticleRecord): Map<string, boolean> {
  const [original, final, canonical] = [url.original, url.final, url.canonical].map(tryNormalizeUrl);
  const addresses = new Map<string, boolean>();
  for (const stood of [canonical, final]) if (stood !== undefined) addresses.set(stood, true);
  if (original !== undefined && !addresses.has(original)) addresses.set(original, false);
  return addresses;
}

/** Of which article a version is one. */
export interface Identity {
  articleId: string;
  /** Other known articles that have stood at one of its addresses. */
  met: string[];
}

/**
 * A version that has an identifier of its publisher's is of the article that this gives. One that came by address alone is
 * of the article that its address gives, if that is known; else of the known article that has stood at one of its
 * addresses: it has moved. So an article keeps its id when its address changes.
 */
export function identify(
  { articleId, record }: { articleId: string; record: ArticleRecord },
  isKnown: (articleId: string) => boolean,
  owners: ReadonlyMap<string, AddressOwner>,
): Identity {
  const hasGuid = record.altIds?.some(({ role }) => role === 'guid') ?? false;
  if (hasGuid) return { articleId, met: [] };
  const residents = [...addressesOf(record).keys()]
    .map((url) => owners.get(url))
    .filter((owner) => owner?.isOwn === true)
    .map((owner) => owner!.articleId);
  const own = isKnown(articleId) ? articleId : (residents[0] ?? articleId);
  return { articleId: own, met: [...new Set(residents)].filter((id) => id !== own) };
}

/** Gives an address to an article, by the rule by which the database keeps it. */
export function claimAddress(owners: Map<string, AddressOwner>, url: string, claim: AddressOwner): void {
  const known = owners.get(url);
  if (known === undefined || (claim.isOwn && !known.isOwn)) owners.set(url, claim);
}

export async function ownersOf(manager: EntityManager, urls: readonly string[]): Promise<Map<string, AddressOwner>> {
  const rows = await manager.query<(AddressOwner & { url: string })[]>(
    'SELECT url, article_id AS "articleId", is_own AS "isOwn" FROM article_url WHERE url = ANY($1::text[])',
    [urls],
  );
  return new Map(rows.map(({ url, articleId, isOwn }) => [url, { articleId, isOwn }]));
}
