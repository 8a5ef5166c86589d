import { joinDirectives, readRobotsMeta, readRobotsTag } from '@newsmill/web';
import { type PolitenessSettings, productTokenOf } from './politeness.config.js';

/**
 * Why a page keeps itself out, by `X-Robots-Tag` or `<meta name="robots">`; `undefined` when it does not, or when the
 * settings say that its directive does not count.
 */
export function keptOutBy(
  { headers, html }: { headers: Readonly<Record<string, string>>; html: string },
  { robotsDirectives, userAgent }: Pick<PolitenessSettings, 'robotsDirectives'> & { userAgent: string },
  now: Date,
): string | undefined {
  if (robotsDirectives.size === 0) return undefined;
  const token = productTokenOf(userAgent) ?? 'newsmill';
  const said = joinDirectives(readRobotsTag(headers['x-robots-tag'], token), readRobotsMeta(html, token));
  for (const word of ['noindex', 'noarchive', 'nosnippet'] as const) {
    if (said[word] && robotsDirectives.has(word)) return `the page says ${word} to robots`;
  }
  const { unavailableAfter } = said;
  if (
    unavailableAfter === undefined ||
    unavailableAfter > now.getTime() ||
    !robotsDirectives.has('unavailable_after')
  ) {
    return undefined;
  }
  return `the page says unavailable_after ${new Date(unavailableAfter).toISOString()} to robots`;
}
