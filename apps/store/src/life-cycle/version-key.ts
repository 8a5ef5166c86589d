import type { ArticleRecord } from '@newsmill/contracts';
import { compareTexts } from '../compare-texts.js';
import { contentHash } from '../material-change.js';

/** What the life cycle knows of a version: what orders it, when it may be seen and what it says; never its text. */
export interface VersionKey {
  /** Of its row. */
  id: string;
  /** The receipt it came under. */
  receiptId: string;
  /** The replays that it came through; empty for live traffic. */
  replay: string;
  /** The latest replay that made the same version of its receipt again. */
  confirmed: string;
  /** The publisher's own version. */
  version: string | null;
  versionCreated: Date;
  /** When the page was fetched, or its push accepted at the door. */
  acceptedAt: Date;
  pubStatus: ArticleRecord['pubStatus'];
  /** Why it is withheld or canceled. */
  note: string | null;
  /** Carries the explicit word that a canceled article may be usable again. */
  restores: boolean;
  embargoedUntil: Date | null;
  expires: Date | null;
  /** Equal for versions that say the same to a reader. */
  contentHash: string;
  /** A moment that has been seen to pass for it: a clock that is set back does not hold it again. */
  elapsedTo: Date | null;
  /** Whether its record is kept. Of versions that say the same, that of the oldest is. */
  hasRecord: boolean;
}

/** The key of a version that has just come in. */
export function keyOf(id: string, receiptId: string, replay: string, record: ArticleRecord): VersionKey {
  const { pubStatus, version, embargoedUntil, expires } = record;
  return {
    id,
    receiptId,
    replay,
    confirmed: replay,
    version: version ?? null,
    versionCreated: new Date(record.versionCreated),
    acceptedAt: new Date(record.x.acquisition.fetchedAt),
    pubStatus,
    note: pubStatus === 'usable' ? null : (record.edNote ?? null),
    restores: pubStatus === 'usable' && record.x.acquisition.restore === true,
    embargoedUntil: dateOf(embargoedUntil),
    expires: dateOf(expires),
    contentHash: contentHash(record),
    elapsedTo: null,
    hasRecord: true,
  };
}

/**
 * Orders the versions of one article: the publisher's version, else versionCreated, else the time of acceptance; the
 * content's hash and at last the receipt break ties. A version that the publisher numbered stands above one that it did
 * not. Total: 0 only for versions of one receipt that stand in the same place.
 */
export function compareVersions(a: VersionKey, b: VersionKey): number {
  return (
    Number(a.version !== null) - Number(b.version !== null) ||
    PUBLISHER_VERSIONS.compare(a.version ?? '', b.version ?? '') ||
    compareTexts(a.version ?? '', b.version ?? '') ||
    a.versionCreated.getTime() - b.versionCreated.getTime() ||
    a.acceptedAt.getTime() - b.acceptedAt.getTime() ||
    compareTexts(a.contentHash, b.contentHash) ||
    compareTexts(a.receiptId, b.receiptId)
  );
}

/** Orders versions as they were accepted at the door: what a kill and its taking back go by. */
export function compareAcceptance(a: VersionKey, b: VersionKey): number {
  return a.acceptedAt.getTime() - b.acceptedAt.getTime() || compareTexts(a.receiptId, b.receiptId);
}

/** Equal for versions that say the same under the same conditions. */
export function identityOf(version: VersionKey): string {
  const { pubStatus, note, restores, embargoedUntil, expires, contentHash } = version;
  return JSON.stringify([pubStatus, note, restores, embargoedUntil?.getTime(), expires?.getTime(), contentHash]);
}

/** Digits compare as numbers wherever they stand: 9 < 10, 1.9 < 1.10. */
const PUBLISHER_VERSIONS = new Intl.Collator('en', { numeric: true });

function dateOf(time: string | undefined): Date | null {
  return time === undefined ? null : new Date(time);
}
