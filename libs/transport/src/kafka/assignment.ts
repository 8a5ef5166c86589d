/**
 * Shares partitions so that members hold equally many, one more or less, and keep what they have as far as that
 * allows: a member that joins or leaves disturbs no batch in hand without need.
 *
 * @param claims what each member holds; of two that claim a partition one gets it.
 */
export function sharePartitions(
  partitions: readonly number[],
  claims: ReadonlyMap<string, readonly number[]>,
): Map<string, number[]> {
  const shares = new Map([...claims.keys()].sort().map((member) => [member, [] as number[]]));
  if (shares.size === 0) return shares;
  const free = new Set(partitions);
  const least = Math.floor(partitions.length / shares.size);
  let larger = partitions.length % shares.size;

  const takes = (share: number[], wanted: Iterable<number>) => {
    for (const partition of wanted) {
      if (share.length > least || (share.length === least && larger === 0)) return;
      if (!free.delete(partition)) continue;
      share.push(partition);
      if (share.length > least) larger -= 1;
    }
  };
  for (const [member, share] of shares) takes(share, claims.get(member) ?? []);
  for (const share of shares.values()) if (share.length < least) takes(share, [...free].slice(0, least - share.length));
  for (const share of shares.values()) takes(share, [...free]);
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}
