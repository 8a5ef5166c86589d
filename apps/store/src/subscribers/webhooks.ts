import { randomBytes } from 'node:crypto';
import { Problem } from '@newsmill/service/problem';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { Webhook } from '../entities/webhook.entity.js';
import type { WebhookState } from '../entities/webhook.entity.js';
import { WebhookDelivery } from '../entities/webhook-delivery.entity.js';
import { changeFilter } from './change-filter.js';
import { ChangeLog } from './change-log.js';
import { placeOf } from './change-place.js';
import { changeCursor } from './cursor.js';
import { newSecret, validSecrets } from './webhook-signature.js';

/** Webhooks that a deployment may have. */
const MOST_WEBHOOKS = 100;
/** Hours that a replaced key goes on signing unless it is said otherwise. */
const OVERLAP_HOURS = 24;

const target = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .max(2_000)
  .refine((text) => {
    const url = URL.parse(text);
    return url === null || (url.username === '' && url.password === '');
  }, 'must not carry a user name or password');

/** What a new webhook is made of. */
export const newWebhook = z.strictObject({
  url: target,
  description: z.string().max(500).optional(),
  filter: changeFilter.default({}),
  from: z.string().default('latest').describe('where it begins: a cursor, a time, "latest" or "earliest"'),
});

export type NewWebhook = z.output<typeof newWebhook>;

/** A webhook as it may be shown: without its keys. */
export interface WebhookView {
  id: string;
  url: string;
  description?: string;
  filter: Webhook['filter'];
  state: WebhookState;
  reason?: string;
  createdAt: string;
  succeededAt?: string;
  failingSince?: string;
  /** Failures since something got through. */
  failures: number;
  /** Deliveries that wait, and those that were given up. */
  waiting: number;
  givenUp: number;
  /** Changes behind its position in the log. */
  behind: number;
  /** Keys that sign now; 2 while one takes the place of the other. */
  keys: number;
}

export interface DeliveryView {
  /** Replaying from here delivers it again. */
  cursor: string;
  eventId: string;
  articleId: string;
  changeKind: string;
  state: WebhookDelivery['state'];
  attempts: number;
  nextAt?: string;
  triedAt?: string;
  status?: number;
  error?: string;
}

/** Subscriptions by webhook, as their operators deal with them. */
export class Webhooks {
  constructor(
    private readonly database: DataSource,
    private readonly log: ChangeLog,
  ) {}

  /** @returns the webhook and its key, which is shown this once. @throws Problem 400, 409 or 410 */
  async add({ url, description, filter, from }: NewWebhook): Promise<WebhookView & { secret: string }> {
    const position = await this.placeOf(from);
    const secret = newSecret();
    const id = `wh_${randomBytes(9).toString('hex')}`;
    await this.database.transaction(async (manager) => {
      await manager.query('LOCK TABLE webhook IN SHARE ROW EXCLUSIVE MODE');
      if ((await manager.count(Webhook)) >= MOST_WEBHOOKS) {
        throw new Problem(409, `there are ${MOST_WEBHOOKS} webhooks already: remove one first`);
      }
      await manager.insert(Webhook, {
        id,
        url,
        description: description ?? null,
        filter,
        secrets: [{ secret }],
        state: 'active',
        position: String(position),
        createdAt: new Date(),
        failures: 0,
      });
    });
    return { ...(await this.show(id)), secret };
  }

  async list(): Promise<WebhookView[]> {
    const found = await this.database.manager.find(Webhook, { order: { createdAt: 'ASC', id: 'ASC' } });
    return this.views(found);
  }

  /** @throws Problem 404 */
  async show(id: string): Promise<WebhookView> {
    const [view] = await this.views([await this.find(id)]);
    return view!;
  }

  /** What waits and what was given up, in the order of the log. @throws Problem 404 */
  async deliveries(id: string, limit: number, state?: WebhookDelivery['state']): Promise<DeliveryView[]> {
    await this.find(id);
    const { logId } = await this.log.head();
    const found = await this.database.manager.find(WebhookDelivery, {
      where: { webhookId: id, ...(state && { state }) },
      order: { seq: 'ASC' },
      take: limit,
    });
    return found.map((delivery) => ({
      cursor: changeCursor({ logId, seq: Number(delivery.seq) - 1 }),
      eventId: delivery.eventId,
      articleId: delivery.articleId,
      changeKind: delivery.changeKind,
      state: delivery.state,
      attempts: delivery.attempts,
      ...(delivery.state === 'waiting' && { nextAt: delivery.nextAt.toISOString() }),
      ...(delivery.triedAt && { triedAt: delivery.triedAt.toISOString() }),
      ...(delivery.status !== null && { status: delivery.status }),
      ...(delivery.error !== null && { error: delivery.error }),
    }));
  }

  /** What is under way ends; the rest waits. @throws Problem 404 */
  async pause(id: string): Promise<WebhookView> {
    await this.set(id, `state = 'paused', reason = 'paused by an operator'`);
    return this.show(id);
  }

  /** Goes on where it stopped; what failed is tried now. @throws Problem 404 */
  async resume(id: string): Promise<WebhookView> {
    await this.set(id, `state = 'active', reason = NULL, failing_since = NULL, failures = 0, hold_until = NULL`);
    await this.database.query(
      `UPDATE webhook_delivery SET next_at = now() WHERE webhook_id = $1 AND state = 'waiting'`,
      [id],
    );
    return this.show(id);
  }

  /**
   * Delivers again what comes behind a place, under the ids that it had. What waits from before that place still waits.
   * @param from a cursor, a time, "earliest" or "latest"
   * @throws Problem 404, 400 or 410
   */
  async replay(id: string, from: string): Promise<WebhookView> {
    await this.find(id);
    const position = await this.placeOf(from);
    await this.database.transaction(async (manager) => {
      await manager.query('UPDATE webhook SET position = $2, leased_by = NULL, leased_until = NULL WHERE id = $1', [
        id,
        position,
      ]);
      await manager.query('DELETE FROM webhook_delivery WHERE webhook_id = $1 AND seq > $2', [id, position]);
    });
    return this.show(id);
  }

  /** A new key; the one before signs beside it for so many hours. @throws Problem 404 */
  async rotate(id: string, overlapHours = OVERLAP_HOURS): Promise<WebhookView & { secret: string }> {
    const secret = newSecret();
    await this.database.transaction(async (manager) => {
      const webhook = await manager.findOne(Webhook, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (webhook === null) throw unknown(id);
      const now = new Date();
      const until = new Date(now.getTime() + overlapHours * 3_600_000).toISOString();
      const [latest] = webhook.secrets;
      const secrets = [{ secret }, ...validSecrets([{ ...latest!, until }], now)];
      await manager.update(Webhook, { id }, { secrets });
    });
    return { ...(await this.show(id)), secret };
  }

  /** @throws Problem 404 */
  async remove(id: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const { affected } = await manager.delete(Webhook, { id });
      if (affected === 0) throw unknown(id);
      await manager.delete(WebhookDelivery, { webhookId: id });
    });
  }

  /** Where to post to, and with which keys: for a trial. @throws Problem 404 */
  async target(id: string): Promise<Pick<Webhook, 'url' | 'secrets'>> {
    const { url, secrets } = await this.find(id);
    return { url, secrets };
  }

  /** Ends the lease with every change, so that whoever works the webhook stops and begins anew. */
  private async set(id: string, assignments: string): Promise<void> {
    const [, affected] = await this.database.query<[unknown[], number]>(
      `UPDATE webhook SET ${assignments}, leased_by = NULL, leased_until = NULL WHERE id = $1`,
      [id],
    );
    if (affected === 0) throw unknown(id);
  }

  private async find(id: string): Promise<Webhook> {
    const webhook = await this.database.manager.findOneBy(Webhook, { id });
    if (webhook === null) throw unknown(id);
    return webhook;
  }

  /** The place behind which everything was logged at or after a time, or that a cursor names. */
  private async placeOf(from: string): Promise<number> {
    const time = z.iso.datetime({ offset: true }).safeParse(from);
    if (!time.success) return placeOf(this.log, from, '/from');
    const [{ before }] = await this.database.query<[{ before: string | null }]>(
      'SELECT max(seq) AS before FROM change_log WHERE logged_at < $1',
      [time.data],
    );
    return before === null ? (await this.log.head()).keptAfter : Number(before);
  }

  private async views(webhooks: readonly Webhook[]): Promise<WebhookView[]> {
    const { lastSeq } = await this.log.head();
    const counts = await this.database.query<{ id: string; waiting: number; givenUp: number }[]>(
      `SELECT webhook_id AS id, (count(*) FILTER (WHERE state = 'waiting'))::int AS waiting,
         (count(*) FILTER (WHERE state = 'failed'))::int AS "givenUp"
       FROM webhook_delivery WHERE webhook_id = ANY($1::text[]) GROUP BY webhook_id`,
      [webhooks.map(({ id }) => id)],
    );
    const countsOf = new Map(counts.map(({ id, ...count }) => [id, count]));
    const now = new Date();
    return webhooks.map((webhook) => {
      const { id, url, description, filter, state, reason, createdAt, succeededAt, failingSince, failures } = webhook;
      const { waiting, givenUp } = countsOf.get(id) ?? { waiting: 0, givenUp: 0 };
      return {
        id,
        url,
        ...(description !== null && { description }),
        filter,
        state,
        ...(reason !== null && { reason }),
        createdAt: createdAt.toISOString(),
        ...(succeededAt && { succeededAt: succeededAt.toISOString() }),
        ...(failingSince && { failingSince: failingSince.toISOString() }),
        failures,
        waiting,
        givenUp,
        behind: lastSeq - Number(webhook.position),
        keys: validSecrets(webhook.secrets, now).length,
      };
    });
  }
}

function unknown(id: string): Problem {
  return new Problem(404, `no webhook has the id ${id}`);
}
