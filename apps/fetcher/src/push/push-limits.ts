import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { FetcherSettings } from '../fetcher.config.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';

interface Policy {
  name: string;
  /** Most things in a window. */
  quota: number;
  /** Length of a window in seconds. */
  window: number;
  limiter: RateLimiterMemory;
}

/** How much a publisher may push: so many things a minute, and no more than so many of them within one second. */
@Injectable()
export class PushLimits {
  private readonly policies: readonly Policy[];
  /** `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10. */
  private readonly policyField: string;

  constructor(@Inject(FETCHER_SETTINGS) { pushRate, pushBurst }: Pick<FetcherSettings, 'pushRate' | 'pushBurst'>) {
    this.policies = [
      { name: 'minute', quota: pushRate, window: 60 },
      { name: 'second', quota: pushBurst, window: 1 },
    ]
      .filter(({ quota }) => quota > 0)
      .map((policy) => ({
        ...policy,
        limiter: new RateLimiterMemory({ keyPrefix: policy.name, points: policy.quota, duration: policy.window }),
      }));
    this.policyField = this.policies.map(({ name, quota, window }) => `"${name}";q=${quota};w=${window}`).join(', ');
  }

  /**
   * Counts one thing of a publisher.
   * @returns the header fields that tell how much is left
   * @throws Problem 429 with Retry-After (seconds) when a limit is passed
   */
  async count(publisher: string): Promise<Record<string, string>> {
    if (this.policies.length === 0) return {};
    const states: string[] = [];
    for (const { name, quota, window, limiter } of this.policies) {
      const left = await limiter.consume(publisher).catch((refusal: unknown) => refusal);
      if (!(left instanceof RateLimiterRes)) throw left;
      const seconds = Math.max(1, Math.ceil(left.msBeforeNext / 1000));
      states.push(`"${name}";r=${left.remainingPoints};t=${seconds}`);
      if (left.consumedPoints <= quota) continue;
      throw new Problem(429, `over ${quota} pushes in ${window} s: push again in ${seconds} s`, [], {
        'retry-after': String(seconds),
        'ratelimit-policy': this.policyField,
        ratelimit: states.join(', '),
      });
    }
    return { 'ratelimit-policy': this.policyField, ratelimit: states.join(', ') };
  }
}
