import type { PolitenessSettings } from './politeness.config.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Milliseconds between two requests to the host of an address: the setting, or the Crawl-delay of its robots.txt if that is
 * more, within its bound. What is addressed as this machine itself is nobody else's: only its own Crawl-delay counts.
 */
export function hostIntervalMs(
  { hostname }: URL,
  { hostInterval, crawlDelayMax }: Pick<PolitenessSettings, 'hostInterval' | 'crawlDelayMax'>,
  crawlDelayMs = 0,
): number {
  return Math.max(LOOPBACK.test(hostname) ? 0 : hostInterval, Math.min(crawlDelayMs, crawlDelayMax));
}
