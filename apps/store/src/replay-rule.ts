import type { ArticleRecord } from '@newsmill/contracts';
import { compareReplays } from '@newsmill/stage';
import { contentHash } from './material-change.js';
import { compareVersions, type Current, decideWinner, type Decision } from './version-rule.js';

/** A version of an article: what one receipt gave, live (`replay` empty) or in a replay. */
export interface Version {
  receiptId: string;
  replay: string;
  record: ArticleRecord;
}

/** What a replayed version does. */
export interface ReplayDecision {
  decision: Decision;
  /** The version that wins from now on; `undefined` leaves the article as it is. */
  winner: Version | undefined;
  /** Whether the replayed version itself goes into the history without a revision. */
  isHistory: boolean;
}

/**
 * The version rule for replays. Of what one receipt gave, the later replay counts and what it gave before does not; of
 * different receipts the newer version wins, as ever. So a better parse replaces what the same page gave, also when it
 * finds an older date in it; where it finds that another receipt's version is newer, that one comes back. What says
 * nothing new changes nothing.
 *
 * @param history versions that are in the article's history, oldest first
 * @param wasUnchanged the receipt had been answered with "unchanged": its version never stood in the history
 */
export function decideReplay(
  current: (Current & Version) | undefined,
  incoming: Version,
  history: readonly Version[],
  wasUnchanged: boolean,
): ReplayDecision {
  if (current === undefined) {
    return { decision: decideWinner(current, incoming.record), winner: incoming, isHistory: false };
  }
  const latest = latestOfEach([...history, current]);
  const before = latest.get(incoming.receiptId);
  const superseded = before !== undefined && compareReplays(incoming.replay, before.replay) < 0;
  if (superseded) return { decision: { kind: 'unchanged' }, winner: undefined, isHistory: false };

  latest.set(incoming.receiptId, incoming);
  const replacesWinner = incoming.receiptId === current.receiptId;
  const candidates = replacesWinner ? [...latest.values()] : [incoming, current];
  const winner = candidates.reduce(
    (best, next) => (compareVersions(next.record, best.record) > 0 ? next : best),
    incoming,
  );
  const isNews =
    before === undefined
      ? !(wasUnchanged && [...history, current].some((known) => haveEqualContent(known, incoming)))
      : compareVersions(before.record, incoming.record) !== 0;
  if (winner === current) {
    return { decision: { kind: isNews ? 'late' : 'unchanged' }, winner: undefined, isHistory: isNews };
  }
  const decision = decideWinner(current, winner.record);
  const isRevision = winner === incoming && decision.kind === 'change';
  return { decision, winner, isHistory: isNews && before !== undefined && !isRevision };
}

function haveEqualContent(a: Version, b: Version): boolean {
  return contentHash(a.record) === contentHash(b.record);
}

/** What each receipt gave in its latest replay. */
function latestOfEach(versions: readonly Version[]): Map<string, Version> {
  const latest = new Map<string, Version>();
  for (const version of versions) {
    const known = latest.get(version.receiptId);
    if (known === undefined || compareReplays(version.replay, known.replay) >= 0)
      latest.set(version.receiptId, version);
  }
  return latest;
}
