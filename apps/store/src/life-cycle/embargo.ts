import type { VersionKey } from './version-key.js';

/**
 * Versions that nobody may know of yet: those whose own embargo lasts, and those whose embargo was moved, because a newer
 * version that is held itself was accepted before it ended. A kill is never held.
 * @param ordered oldest version first
 */
export function heldAt(ordered: readonly VersionKey[], now: number): ReadonlySet<VersionKey> {
  const held = new Set<VersionKey>();
  let firstMove = Infinity;
  for (const version of [...ordered].reverse()) {
    const { embargoedUntil, acceptedAt } = version;
    if (embargoedUntil === null || version.pubStatus === 'canceled') continue;
    if (!hasPassed(version, embargoedUntil, now) || firstMove < embargoedUntil.getTime()) {
      held.add(version);
      firstMove = Math.min(firstMove, acceptedAt.getTime());
    }
  }
  return held;
}

/** Whether the time of a version is over. A kill is for good. */
export function hasExpired(version: VersionKey, now: number): boolean {
  const { expires, pubStatus } = version;
  return expires !== null && pubStatus !== 'canceled' && hasPassed(version, expires, now);
}

/** What passed for a version that the public knows of, and is not noted with it. */
export function passedFor(version: VersionKey, now: number): { version: VersionKey; moment: Date }[] {
  const latest = momentsOf(version)
    .filter((moment) => moment.getTime() <= now)
    .reduce((last: Date | null, moment) => (last === null || moment > last ? moment : last), null);
  return latest === null || hasPassed(version, latest, -Infinity) ? [] : [{ version, moment: latest }];
}

/** The next moment at which time changes something for one of them. */
export function nextMoment(versions: readonly VersionKey[], now: number): number | undefined {
  const ahead = versions.flatMap((version) =>
    momentsOf(version)
      .filter((moment) => !hasPassed(version, moment, now))
      .map((moment) => moment.getTime()),
  );
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function momentsOf({ pubStatus, embargoedUntil, expires }: VersionKey): Date[] {
  return pubStatus === 'canceled' ? [] : [embargoedUntil, expires].filter((moment) => moment !== null);
}

/** Moments do not come back when the clock is set back. */
function hasPassed({ elapsedTo }: VersionKey, moment: Date, now: number): boolean {
  return moment.getTime() <= Math.max(now, elapsedTo?.getTime() ?? -Infinity);
}
