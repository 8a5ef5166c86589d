import { Logger } from '@nestjs/common';
import { inSpan, type Tracing } from '@newsmill/service';
import { backoff } from '@newsmill/stage';
import type { ChangeLog, ToldChange } from './change-log.js';
import type { Semaphore } from './semaphore.js';
import type { SubscriberSettings } from './subscribers.config.js';
import type { Due, Leased, WebhookDeliveries } from './webhook-deliveries.js';
import type { Answer, WebhookSender } from './webhook-sender.js';

/** Deliveries of one webhook under way at once, each of another article. */
const PARALLEL = 4;
/** Octets from which a delivery waits for others of its size: only so many are held in memory. */
const LARGE_BYTES = 1024 * 1024;
/** Milliseconds between two looks whether the webhook is still ours to work. */
const RENEW_MS = 1_000;
/** Longest wait between two tries of a delivery: an hour. */
const LONGEST_DELAY_MS = 3_600_000;

export type DeliveryOutcome = 'delivered' | 'retried' | 'given_up';

export interface WorkerParts {
  deliveries: WebhookDeliveries;
  log: ChangeLog;
  sender: WebhookSender;
  tracing: Tracing;
  settings: SubscriberSettings;
  /** Lets large deliveries through, of all webhooks of the process. */
  large: Semaphore;
  /** Name of this process in leases. */
  owner: string;
  count(outcome: DeliveryOutcome): void;
}

/** Milliseconds of a lease: longer than a request that is sent just before it is looked at again. */
export function leaseMs({ webhookTimeoutMs }: Pick<SubscriberSettings, 'webhookTimeoutMs'>): number {
  return 2 * webhookTimeoutMs + 5_000;
}

/** Delivers what one webhook has to get, while it holds the webhook's lease and finds something to do. */
export class WebhookWorker {
  private readonly logger = new Logger('webhooks');
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly lost = new AbortController();
  private leaseEnds: number;
  private renewed = performance.now();

  /** @param webhook just leased */
  constructor(
    private readonly parts: WorkerParts,
    private webhook: Leased,
  ) {
    this.leaseEnds = performance.now() + leaseMs(parts.settings);
  }

  /** @param closing ends it; what is under way is then given so long to come to an end */
  async run(closing: AbortSignal, graceMs: number): Promise<void> {
    const { deliveries, owner } = this.parts;
    let due: Due[] = [];
    try {
      while (!closing.aborted && !this.lost.signal.aborted) {
        await this.renew();
        if (due.length === 0) {
          const found = await deliveries.next(this.webhook.id, owner, [...this.underWay.keys()]);
          if (found === undefined) break;
          if (found.due.length === 0 && found.hasMore) continue;
          if (found.due.length === 0 && this.underWay.size === 0) break;
          due = found.due;
        }
        while (due.length > 0 && this.underWay.size < (this.webhook.isDown ? 1 : PARALLEL)) this.start(due.shift()!);
        if (this.webhook.isDown) due = [];
        await this.oneEnds(RENEW_MS, closing);
      }
    } finally {
      const grace = setTimeout(() => this.lost.abort(), closing.aborted ? graceMs : 0);
      await Promise.all(this.underWay.values());
      clearTimeout(grace);
      await deliveries.release(this.webhook.id, owner);
    }
  }

  private async renew(): Promise<void> {
    if (performance.now() - this.renewed < RENEW_MS) return;
    const { deliveries, owner, settings } = this.parts;
    const asked = performance.now();
    const renewed = await deliveries.renew(this.webhook.id, owner, leaseMs(settings));
    if (renewed === undefined) {
      this.lost.abort();
      return;
    }
    this.webhook = { ...renewed, isDown: this.webhook.isDown };
    this.renewed = asked;
    this.leaseEnds = asked + leaseMs(settings);
  }

  private async oneEnds(ms: number, closing: AbortSignal): Promise<void> {
    if (this.underWay.size === 0) return;
    let done = (): void => undefined;
    const woken = new Promise<void>((resolve) => {
      done = resolve;
    });
    const timer = setTimeout(done, ms);
    closing.addEventListener('abort', done);
    await Promise.race([...this.underWay.values(), woken]);
    clearTimeout(timer);
    closing.removeEventListener('abort', done);
  }

  private start(due: Due): void {
    const work = due.bytes > LARGE_BYTES ? this.parts.large.run(() => this.deliver(due)) : this.deliver(due);
    const settled = work
      .catch((error: unknown) => {
        // The database is down: the delivery still waits there, and is repeated under the same id.
        this.logger.warn(`webhook ${this.webhook.id}: ${(error as Error).message}`);
        this.lost.abort();
      })
      .finally(() => this.underWay.delete(due.articleId));
    this.underWay.set(due.articleId, settled);
  }

  private async deliver(due: Due): Promise<void> {
    const { deliveries, log, settings, owner, count } = this.parts;
    const { id } = this.webhook;
    // Read at every try: an article that has been withdrawn meanwhile has no text any more.
    const change = await log.entry(Number(due.seq));
    if (change === undefined) {
      await deliveries.giveUp(id, due.seq, 'no longer kept');
      count('given_up');
      return;
    }
    // A request never outlives the lease under which it is sent: nobody else delivers the same article meanwhile.
    if (this.lost.signal.aborted || performance.now() + settings.webhookTimeoutMs > this.leaseEnds) return;
    const answer = await this.send(due, change);
    switch (answer.kind) {
      case 'aborted':
        return;
      case 'delivered':
        await deliveries.delivered(id, owner, due.seq);
        if (this.webhook.isDown) await deliveries.hurry(id);
        this.webhook.isDown = false;
        count('delivered');
        return;
      case 'gone':
        await deliveries.pause(id, owner, answer.error);
        this.logger.warn(`webhook ${id} is paused: ${answer.error}`);
        this.lost.abort();
        return;
      case 'failed':
        return this.failed(due, answer);
    }
  }

  private send(due: Due, change: ToldChange & { eventId: string }): Promise<Answer> {
    const { sender, tracing } = this.parts;
    const attributes = {
      'http.request.method': 'POST',
      'server.address': URL.parse(this.webhook.url)?.hostname,
      'newsmill.webhook_id': this.webhook.id,
      'newsmill.article_id': due.articleId,
    };
    // What was told before tracing was on has no context.
    return inSpan(tracing, 'webhook', { parent: change.trace ?? 'none', attributes }, async (span) => {
      const more = { signal: this.lost.signal, trace: span.context };
      const answer = await sender.send(this.webhook, change.eventId, change.text, more);
      const status = 'status' in answer ? answer.status : undefined;
      const fault = answer.kind === 'delivered' ? undefined : String(status ?? answer.kind);
      span.set({ 'http.response.status_code': status, 'error.type': fault });
      return answer;
    });
  }

  private async failed(due: Due, answer: { status?: number; error: string; retryAfterMs?: number }): Promise<void> {
    const { deliveries, settings, owner, count } = this.parts;
    const { id } = this.webhook;
    const delayMs = backoff(due.attempts + 1, settings.webhookRetryMs, LONGEST_DELAY_MS);
    const failure = { ...answer, delayMs };
    const { outcome, isDown } = await deliveries.failed(id, owner, due, failure, settings.webhookGiveUpMs);
    this.webhook.isDown = isDown;
    count(outcome === 'given up' ? 'given_up' : 'retried');
    if (outcome === 'given up') {
      this.logger.warn(`webhook ${id}: a change of article ${due.articleId} is given up: ${answer.error}`);
    } else if (outcome === 'webhook stopped') {
      this.logger.error(`webhook ${id} is stopped, nothing has got through: ${answer.error}`);
      this.lost.abort();
    } else if (due.attempts === 0) {
      this.logger.debug(`webhook ${id}: ${answer.error}; tried again in ${delayMs} ms`);
    }
  }
}
