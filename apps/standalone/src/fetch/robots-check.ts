import { productTokenOf } from '@newsmill/fetcher';
import { createOutbound, OutboundError, type OutboundOptions } from '@newsmill/outbound';
import { parseRobotsTxt, type RobotsTxt } from '@newsmill/web';
import type { RobotsStep } from './fetch-report.js';

/** What a site's robots.txt says, or why it says nothing. */
interface Found {
  robots?: RobotsTxt;
  isAllowed: boolean;
  why: string;
}

/** Asks the robots.txt of each site once, as the fetcher reads it (RFC 9309 section 2.3.1). */
export function robotsCheck(options: OutboundOptions): (url: string) => Promise<RobotsStep> {
  const files = new Map<string, Promise<Found>>();
  return async (url) => {
    const { origin } = new URL(url);
    let file = files.get(origin);
    if (file === undefined) files.set(origin, (file = ask(`${origin}/robots.txt`, options)));
    const { robots, isAllowed, why } = await file;
    const rule = robots?.ruleFor(url);
    if (rule === undefined) return { url, isAllowed, why };
    return { url, isAllowed: rule.isAllowed, why: `${rule.text}, line ${rule.line} of ${origin}/robots.txt` };
  };
}

async function ask(address: string, options: OutboundOptions): Promise<Found> {
  const outbound = createOutbound(options);
  try {
    const { status, body } = await outbound.fetchPage(address);
    if (status >= 200 && status < 300) {
      const robots = parseRobotsTxt(body, productTokenOf(options.userAgent) ?? 'newsmill');
      return { robots, isAllowed: true, why: `no rule of ${address}` };
    }
    if (status === 429 || status >= 500) return { isAllowed: false, why: `HTTP status ${status} (${address}): wait` };
    return { isAllowed: true, why: `HTTP status ${status} (${address}): no rules` };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    // The fetch itself will tell the same.
    return { isAllowed: true, why: error.message };
  } finally {
    await outbound.close();
  }
}
