import { hasExpired, heldAt, nextMoment, passedFor } from './embargo.js';
import { type Kill, killOf } from './kill.js';
import { compareVersions, identityOf, type VersionKey } from './version-key.js';

/** What the public may know of an article. */
export interface Standing {
  pubStatus: VersionKey['pubStatus'];
  /** Why it may not be read. */
  reason?: string;
  /** The version that it stands on: the oldest of those that say the same. */
  version: VersionKey;
  /** Whose record is shown, under the version and dates of `version`; none of what may not be read. */
  source?: VersionKey;
}

/** Neighbouring versions that say the same; of a kill, the cancels in a row. */
export interface Run {
  /** Oldest first; never empty. */
  members: VersionKey[];
  /** What it adds to the revision. */
  weight: number;
  /** Whose record may be shown; none of what may not be read. */
  source?: VersionKey;
}

/** An article as its versions and the time make it. */
export interface Fold {
  /** Grows with every version that says something new, and with time; never shrinks when a version is added. */
  revision: number;
  /** Undefined when nothing of it may be told. */
  standing: Standing | undefined;
  /** Versions that nobody may know of yet. */
  held: ReadonlySet<VersionKey>;
  /** What may be told of its history, oldest version first. */
  runs: Run[];
  /** Moments that have passed for a version and are not noted with it. */
  passed: { version: VersionKey; moment: Date }[];
  /** When time alone may change it next, in milliseconds since the epoch. */
  due: number | undefined;
}

/** The reason of an article whose time is over. */
export const EXPIRED = 'expired';

/** The reason of one of which nothing may be told any more: its embargo was moved when it had ended. */
export const UNDER_EMBARGO = 'under embargo';

/**
 * The life cycle: what an article is, as a function of its versions and the time alone. No order of arrival, no
 * repetition and no restart changes it. The rules are those of docs/life-cycle.md.
 *
 * The revision is the sum of the runs' weights. A run is broken by what says something else and by every turn of the
 * article (see {@link Kill}), so that a version more never makes the sum smaller, and always makes it greater when the
 * public is to be told something else.
 * @param versions of one article, one a receipt
 * @param now milliseconds since the epoch
 */
export function fold(versions: readonly VersionKey[], now: number): Fold {
  const ordered = [...versions].sort(compareVersions);
  const held = heldAt(ordered, now);
  const seen = ordered.filter((version) => !held.has(version));
  const kill = killOf(seen);
  const plain = plainRuns(seen, kill, sourcesOf(ordered), now);
  const standing = kill.killer ? killedBy(kill.killer) : standingOf(plain.findLast(({ isCurrent }) => isCurrent));
  const isUsable = standing?.pubStatus === 'usable';
  const runs: Run[] = [
    ...plain.map(({ members, weight, source, isCurrent, isExpired }) => {
      const isShown = isUsable && isCurrent && !isExpired && members[0]!.pubStatus === 'usable';
      return { members, weight, ...(isShown && { source }) };
    }),
    ...kill.runs.map((members) => ({ members, weight: 1 })),
  ].sort((a, b) => compareVersions(a.members[0]!, b.members[0]!));
  return {
    revision: runs.reduce((sum, { weight }) => sum + weight, 0),
    standing,
    held,
    runs,
    passed: seen.flatMap((version) => passedFor(version, now)),
    due: nextMoment(ordered, now),
  };
}

interface PlainRun {
  members: VersionKey[];
  weight: number;
  source: VersionKey;
  /** The article may stand on it. */
  isCurrent: boolean;
  isExpired: boolean;
}

/** Runs of what is no cancel, oldest first. An end by time is news as well: it weighs as much as what ended. */
function plainRuns(
  seen: readonly VersionKey[],
  { epochs, firstEpoch }: Kill,
  sources: ReadonlyMap<string, VersionKey>,
  now: number,
): PlainRun[] {
  const groups: { members: VersionKey[]; identity: string; epoch: number }[] = [];
  for (const version of seen) {
    if (version.pubStatus === 'canceled') continue;
    const [identity, epoch] = [identityOf(version), epochs.get(version)!];
    const last = groups.at(-1);
    if (last?.identity === identity && last.epoch === epoch) last.members.push(version);
    else groups.push({ members: [version], identity, epoch });
  }
  return groups.map(({ members, identity, epoch }) => {
    const isExpired = members.some((version) => hasExpired(version, now));
    const source = sources.get(identity) ?? members[0]!;
    const isTold = source.hasRecord || isExpired || members[0]!.pubStatus !== 'usable';
    return { members, weight: isExpired ? 2 : 1, source, isCurrent: epoch >= firstEpoch && isTold, isExpired };
  });
}

/** The oldest version of each identity whose record is kept. */
function sourcesOf(ordered: readonly VersionKey[]): Map<string, VersionKey> {
  const sources = new Map<string, VersionKey>();
  for (const version of ordered) {
    const identity = identityOf(version);
    if (version.hasRecord && !sources.has(identity)) sources.set(identity, version);
  }
  return sources;
}

function killedBy(version: VersionKey): Standing {
  return { pubStatus: 'canceled', reason: version.note ?? 'withdrawn', version };
}

function standingOf(run: PlainRun | undefined): Standing | undefined {
  if (run === undefined) return undefined;
  const { source, isExpired } = run;
  const version = run.members[0]!;
  if (isExpired) return { pubStatus: 'canceled', reason: EXPIRED, version };
  if (version.pubStatus === 'usable') return { pubStatus: 'usable', version, source };
  return { pubStatus: version.pubStatus, reason: version.note ?? version.pubStatus, version };
}
