import type { ArticleRecord, changeKind } from '@newsmill/contracts';
import type { z } from 'zod';
import { changedFields } from '../material-change.js';

export type ChangeKind = z.output<typeof changeKind>;

/** What the public sees of an article: its record, or why there is none. */
export interface PublicView {
  pubStatus: ArticleRecord['pubStatus'];
  reason: string | null;
  record: ArticleRecord | null;
}

/** What happened to an article in the eyes of a reader. */
export interface PublicChange {
  changeKind: ChangeKind;
  /** Names of what moved; none for a new article. */
  fields: string[];
  /** What the publisher says was wrong. */
  correction?: string;
}

/** Compares what the public saw with what it is to see; undefined when a reader could not tell the difference. */
export function describeChange(before: PublicView | undefined, after: PublicView): PublicChange | undefined {
  if (before === undefined) return { changeKind: KIND_OF_STATUS[after.pubStatus] ?? 'new', fields: [] };
  if (before.pubStatus !== after.pubStatus) {
    return { changeKind: KIND_OF_STATUS[after.pubStatus] ?? 'restored', fields: ['pubStatus'] };
  }
  if (before.record === null || after.record === null) {
    if (before.reason === after.reason) return undefined;
    return { changeKind: KIND_OF_STATUS[after.pubStatus] ?? 'update', fields: ['edNote'] };
  }
  const fields = fieldsThatMoved(before.record, after.record);
  if (fields.length === 0) return undefined;
  const [known, corrections] = [correctionsOf(before.record), correctionsOf(after.record)];
  if (!fields.includes('corrections') || corrections.length < known.length) return { changeKind: 'update', fields };
  const news = corrections.filter((text) => !known.includes(text));
  return { changeKind: 'correction', fields, ...(news.length > 0 && { correction: news.join('\n') }) };
}

const KIND_OF_STATUS: Partial<Record<PublicView['pubStatus'], ChangeKind>> = {
  canceled: 'withdrawn',
  withheld: 'withheld',
};

/** A reader must know until when a text may stand, though it does not read it. */
function fieldsThatMoved(before: ArticleRecord, after: ArticleRecord): string[] {
  const fields = changedFields(before, after);
  const time = ({ expires }: ArticleRecord): number | undefined =>
    expires === undefined ? undefined : Date.parse(expires);
  return time(before) === time(after) || fields.includes('expires') ? fields : [...fields, 'expires'];
}

function correctionsOf(record: ArticleRecord): string[] {
  return (record.x.corrections ?? []).map(({ text }) => text);
}
