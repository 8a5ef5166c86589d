import { compareAcceptance, type VersionKey } from './version-key.js';

/** What the cancels of an article, and the explicit words that took them back, leave of it. */
export interface Kill {
  /** Cancels in a row for one reason, in the order of acceptance. */
  runs: VersionKey[][];
  /** The cancel that withdraws the article now. */
  killer: VersionKey | undefined;
  /** What was accepted between the same two turns, by version: turns are cancels and their being taken back. */
  epochs: ReadonlyMap<VersionKey, number>;
  /** The first epoch whose texts may be shown: what was killed stays killed when another version restores the article. */
  firstEpoch: number;
}

/**
 * Kill goes by acceptance at the door, not by version: it beats what is older and what is still in flight, however it is
 * numbered. Only a version with the explicit flag that was accepted later takes it back.
 * @param seen versions that are not held
 */
export function killOf(seen: readonly VersionKey[]): Kill {
  const accepted = [...seen].sort(compareAcceptance);
  const epochs = new Map<VersionKey, number>();
  const runs: VersionKey[][] = [];
  let epoch = 0;
  let firstEpoch = 0;
  let killers: VersionKey[] | undefined;
  for (const version of accepted) {
    if (version.pubStatus === 'canceled') {
      epoch += 1;
      if (killers !== undefined && killers[0]!.note === version.note) killers.push(version);
      else runs.push((killers = [version]));
    } else if (version.restores) {
      epoch += 1;
      if (killers !== undefined) firstEpoch = epoch;
      killers = undefined;
    }
    epochs.set(version, epoch);
  }
  return { runs, killer: killers?.[0], epochs, firstEpoch };
}
