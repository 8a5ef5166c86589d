import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Outbound, OutboundError } from '@newsmill/outbound';
import { DataSource } from 'typeorm';
import { WebSubSubscription } from '../entities/web-sub-subscription.entity.js';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { OUTBOUND } from '../outbound.provider.js';
import { WebSubMetrics } from './web-sub-metrics.js';

/** Lease that is asked for, in seconds: ten days. The hub decides. */
const LEASE_S = 10 * 24 * 3_600;

/** Requests sent side by side. */
const SIDE_BY_SIDE = 8;

/** A request that is not verified within this time is sent again, in milliseconds; doubled each time, up to a day. */
const VERIFIED_WITHIN_MS = 10 * 60_000;
const LONGEST_MS = 24 * 3_600_000;

/** Requests to end a subscription before it is left to its lease. */
const FAREWELLS = 3;

/** Redirects of a hub that are followed (section 5.2): 307 and 308 alone keep a POST what it is. */
const REDIRECTS = 3;

type DueSubscription = Pick<WebSubSubscription, 'feedId' | 'hub' | 'topic' | 'token' | 'secret' | 'attempts'> & {
  pending: 'subscribe' | 'unsubscribe';
};

/** Asks hubs for subscriptions, has them renewed, and ends them (W3C WebSub section 5.1). */
@Injectable()
export class HubRequests {
  private readonly logger = new Logger('websub');

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(OUTBOUND) private readonly outbound: Outbound,
    @Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'webSubCallbackUrl'>,
    private readonly metrics: WebSubMetrics,
  ) {}

  /**
   * Sends the requests that are due. Each is noted as pending first, because a hub may verify it before it answers.
   * @returns how many
   */
  async sendDue(now: Date, signal: AbortSignal): Promise<number> {
    const due = await this.claim(now);
    await Promise.all(due.map((subscription) => this.send(subscription, signal)));
    return due.length;
  }

  private async claim(now: Date): Promise<DueSubscription[]> {
    const [rows] = await this.database.query<[DueSubscription[], number]>(
      `UPDATE websub_subscription SET attempts = attempts + 1,
         pending = CASE state WHEN 'leaving' THEN 'unsubscribe' ELSE 'subscribe' END,
         next_at = $1::timestamptz + make_interval(secs => least($3, $2 * power(2, least(attempts, 20))) / 1000)
       WHERE feed_id IN (
         SELECT feed_id FROM websub_subscription WHERE next_at <= $1 ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED)
       RETURNING feed_id AS "feedId", hub, topic, token, secret, attempts, pending`,
      [now, VERIFIED_WITHIN_MS, LONGEST_MS, SIDE_BY_SIDE],
    );
    return rows;
  }

  private async send(subscription: DueSubscription, signal: AbortSignal): Promise<void> {
    const { hub, pending, feedId, token } = subscription;
    const reason = await this.post(hub, this.formOf(subscription), signal);
    if (signal.aborted) return;
    if (reason === undefined) {
      this.metrics.requested(pending, 'accepted');
    } else {
      this.metrics.requested(pending, reason.outcome);
      if (subscription.attempts === 1) this.logger.warn(`${hub}: does not take "${pending}": ${reason.words}`);
      await this.database.manager.update(WebSubSubscription, { feedId, token }, { reason: reason.words.slice(0, 200) });
    }
    if (pending === 'unsubscribe' && subscription.attempts >= FAREWELLS) {
      await this.database.manager.delete(WebSubSubscription, { feedId, token, state: 'leaving' });
    }
  }

  /** @returns why the hub did not accept it */
  private async post(
    hub: string,
    form: string,
    signal: AbortSignal,
  ): Promise<{ outcome: 'refused' | 'failed'; words: string } | undefined> {
    try {
      let url = hub;
      for (let redirects = 0; ; redirects += 1) {
        const { status, headers } = await this.outbound.post(url, {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: Buffer.from(form),
          signal,
        });
        if (status >= 200 && status < 300) return undefined;
        const location = status === 307 || status === 308 ? URL.parse(headers['location'] ?? '', url) : null;
        // The secret must not leave TLS on the way.
        const isDowngrade = url.startsWith('https:') && location?.protocol !== 'https:';
        if (location === null || isDowngrade || redirects === REDIRECTS) {
          return { outcome: 'refused', words: `HTTP status ${status}` };
        }
        url = location.href;
      }
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return { outcome: 'failed', words: error.explanation };
    }
  }

  private formOf({ pending, topic, token, secret }: DueSubscription): string {
    const form = new URLSearchParams({
      'hub.callback': callbackUrl(this.settings.webSubCallbackUrl!, token),
      'hub.mode': pending,
      'hub.topic': topic,
    });
    if (pending === 'subscribe') form.set('hub.lease_seconds', String(LEASE_S));
    if (pending === 'subscribe' && secret !== null) form.set('hub.secret', secret);
    return form.toString();
  }
}

/** The address that a hub is given: nobody else can guess it. */
export function callbackUrl(base: string, token: string): string {
  return `${base.replace(/\/$/, '')}/${token}`;
}
