import type { ArticleRecord } from '@newsmill/contracts';
import type { EntityManager } from 'typeorm';
import { compareTexts } from './compare-texts.js';
import { storable } from './storable-text.js';

/** Characters of a guid that are kept: an index entry must stay under 2.7 kB. */
const LONGEST_GUID = 500;

/** The form in which guids are kept and looked for. */
export function guidKey(guid: string): string {
  return Array.from(storable(guid.slice(0, 2 * LONGEST_GUID))!)
    .slice(0, LONGEST_GUID)
    .join('');
}

/** Notes the publisher's guids of articles, so that an article is found by them whoever the publisher is. */
export async function writeGuids(
  manager: EntityManager,
  versions: Iterable<{ articleId: string; record: Pick<ArticleRecord, 'altIds'> | null }>,
): Promise<void> {
  const rows = [...versions].flatMap(({ articleId: id, record }) =>
    (record?.altIds ?? [])
      .filter(({ role, value = '' }) => role === 'guid' && value !== '')
      .map(({ value }) => ({ guid: guidKey(value!), id })),
  );
  if (rows.length === 0) return;
  // In one order for all, so that two transactions never wait for each other in a circle.
  rows.sort((a, b) => compareTexts(a.guid, b.guid) || compareTexts(a.id, b.id));
  await manager.query(
    `INSERT INTO article_guid (guid, article_id) SELECT * FROM unnest($1::text[], $2::uuid[]) ON CONFLICT DO NOTHING`,
    [rows.map(({ guid }) => guid), rows.map(({ id }) => id)],
  );
}
