import { Inject, Injectable } from '@nestjs/common';
import type { FetchedResource, FetchRequest } from '@newsmill/outbound';
import { inSpan, type Tracing, TRACING } from '@newsmill/service';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { hostIntervalMs } from './host-interval.js';
import type { PolitenessSettings } from './politeness.config.js';
import { RobotsForbidden } from './refusals.js';
import { RobotsFiles } from './robots-files.js';
import { SlottedFetch } from './slotted-fetch.js';

export interface PoliteRequest extends Omit<FetchRequest, 'beforeRequest'> {
  /** Most milliseconds to wait for the host's next slot. Default: the setting `hostWait`. */
  patienceMs?: number;
}

const NEVER = new AbortController().signal;

/**
 * The way by which everything is pulled: pages, feeds, sitemaps. No request that the site's robots.txt forbids, none
 * outside the host's budget; redirects are requests like any other.
 */
@Injectable()
export class PoliteFetch {
  constructor(
    private readonly slotted: SlottedFetch,
    private readonly robots: RobotsFiles,
    @Inject(FETCHER_SETTINGS) private readonly settings: PolitenessSettings,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  /**
   * @throws RobotsForbidden (never), HostBusy (not before a time), OutboundError as `Outbound.fetchPage`, and the database's
   * faults. After the first two the address at hand has not been asked for.
   */
  fetch(
    url: string,
    { patienceMs = this.settings.hostWait, ...request }: PoliteRequest = {},
  ): Promise<FetchedResource> {
    const attributes = { 'http.request.method': 'GET', 'server.address': URL.parse(url)?.hostname };
    return inSpan(this.tracing, 'get', { attributes }, async (span) => {
      const resource = await this.slotted.fetch(url, {
        ...request,
        patienceMs,
        intervalOf: async (target, patience, signal) => {
          const robots = await this.robots.of(target, patience, signal);
          const rule = robots.ruleFor(target.href);
          if (rule?.isAllowed === false) {
            throw new RobotsForbidden(target.href, `${rule.text}, line ${rule.line} of ${target.origin}/robots.txt`);
          }
          return hostIntervalMs(target, this.settings, robots.crawlDelayMs);
        },
      });
      span.set({ 'http.response.status_code': resource.status });
      return resource;
    });
  }

  /** What the robots.txt of an address's site says, without asking for the address. @throws as {@link fetch} */
  robotsOf(url: string, signal: AbortSignal = NEVER): ReturnType<RobotsFiles['of']> {
    return this.robots.of(new URL(url), this.settings.hostWait, signal);
  }
}
