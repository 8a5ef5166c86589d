/**
 * `NEWSMILL_UPGRADE_FROM`: the commit, branch or tag that the upgrade test upgrades from. Without it the last tag `v*`
 * before this commit.
 */
export function upgradeFrom(): string | undefined {
  return process.env['NEWSMILL_UPGRADE_FROM'] || undefined;
}
