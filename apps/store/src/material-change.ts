import { createHash } from 'node:crypto';
import { type ArticleRecord, mainHeadline, plainBody } from '@newsmill/contracts';

/** What a reader reads, by field name. Anything else may churn without an event. */
const MATERIAL: Readonly<Record<string, (record: ArticleRecord) => unknown>> = {
  headline: mainHeadline,
  description: (record) => record.descriptions?.[0]?.value ?? '',
  body: plainBody,
  by: (record) => record.by ?? '',
  images: (record) =>
    (record.associations ?? []).map(({ uri, by, descriptions }) => [
      addressWithoutSize(uri),
      by ?? '',
      descriptions?.find(({ role }) => role === 'caption')?.value ?? '',
    ]),
  pubStatus: (record) => record.pubStatus,
  edNote: (record) => record.edNote ?? '',
  corrections: (record) => (record.x.corrections ?? []).map(({ text }) => text),
};

/** What is told of an article that nobody may read. */
const TOLD_OF_UNREADABLE: readonly string[] = ['pubStatus', 'edNote'];

/** Names of the material fields in which two versions differ. What nobody may read before and after does not count. */
export function changedFields(before: ArticleRecord, after: ArticleRecord): string[] {
  const isUnreadable = before.pubStatus !== 'usable' && after.pubStatus !== 'usable';
  return Object.entries(MATERIAL)
    .filter(([name]) => !isUnreadable || TOLD_OF_UNREADABLE.includes(name))
    .filter(([, read]) => normal(read(before)) !== normal(read(after)))
    .map(([name]) => name);
}

/** SHA-256 over the material fields. */
export function contentHash(record: ArticleRecord): string {
  const hash = createHash('sha256');
  for (const read of Object.values(MATERIAL)) hash.update(normal(read(record))).update('\0');
  return hash.digest('hex');
}

/** White space is layout, not content. */
function normal(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.replace(/\s+/g, ' ').trim() : part,
  );
}

/** Image servers put the size in the query. */
function addressWithoutSize(uri: string): string {
  return uri.split(/[?#]/, 1)[0]!;
}
