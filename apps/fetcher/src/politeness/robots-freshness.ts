/** RFC 9309 section 2.4: a robots.txt should not be used for longer than a day. */
export const ROBOTS_MAX_AGE_MS = 24 * 3_600_000;

/** However short a site says, its robots.txt is not asked for more often: each look takes a slot from its pages. */
export const ROBOTS_MIN_AGE_MS = 10 * 60_000;

/** How long a robots.txt may be used, in milliseconds: as Cache-Control says (RFC 9111 section 5.2.2), within bounds. */
export function freshMs(headers: Readonly<Record<string, string>>): number {
  const directives = (headers['cache-control'] ?? '').toLowerCase().split(',');
  const said = directives.map((directive) => directive.trim());
  if (said.includes('no-store') || said.includes('no-cache')) return ROBOTS_MIN_AGE_MS;
  const seconds = said.map((directive) => /^max-age="?(\d{1,10})"?$/.exec(directive)?.[1]).find(Boolean);
  const age = Number(headers['age'] ?? 0);
  if (seconds === undefined) return ROBOTS_MAX_AGE_MS;
  const left = (Number(seconds) - (Number.isFinite(age) ? Math.max(0, age) : 0)) * 1000;
  return Math.min(Math.max(left, ROBOTS_MIN_AGE_MS), ROBOTS_MAX_AGE_MS);
}
