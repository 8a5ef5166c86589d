import { randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { countsOf, Metrics, type Tracing, TRACING } from '@newsmill/service';
import { storeMetrics } from '../store.metrics.js';
import { ChangeLog } from './change-log.js';
import { ChangeTail } from './change-tail.js';
import { Semaphore } from './semaphore.js';
import { SUBSCRIBER_SETTINGS, type SubscriberSettings } from './subscribers.config.js';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookSender } from './webhook-sender.js';
import { leaseMs, WebhookWorker, type WorkerParts } from './webhook-worker.js';

/** Webhooks that one process works at once. */
const WORKERS = 16;
/** Large deliveries under way at once. */
const LARGE = 2;
/** Milliseconds between looks for webhooks with something to do: retries come due, other processes end. */
const LOOK_MS = 1_000;
/** Milliseconds that deliveries under way may take on close; they are repeated when they are cut off. */
const CLOSE_GRACE_MS = 1_000;

/** Sees to it that every webhook with something to do is worked, by one process at a time. */
@Injectable()
export class WebhookDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('webhooks');
  private readonly working = new Map<string, Promise<void>>();
  private readonly parts: WorkerParts;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly log: ChangeLog,
    private readonly tail: ChangeTail,
    private readonly sender: WebhookSender,
    @Inject(SUBSCRIBER_SETTINGS) private readonly settings: SubscriberSettings,
    @Inject(Metrics) metrics: Metrics,
    @Inject(TRACING) tracing: Tracing,
  ) {
    const outcomes = metrics.counter(storeMetrics.webhookDeliveries);
    const { webhookOldest, webhooks } = storeMetrics;
    metrics.watch(webhookOldest, async () => (await deliveries.oldestWaitingMs()) / 1000);
    metrics.watch(webhooks, async () => countsOf(webhooks.labels.state, 'state', await deliveries.countByState()));
    this.parts = {
      deliveries,
      log,
      sender,
      tracing,
      settings,
      large: new Semaphore(LARGE),
      owner: randomUUID(),
      count: (outcome) => outcomes.inc({ outcome }),
    };
  }

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    // The tail has closed in the phase before, and told the loop and the workers.
    await this.loop;
    await Promise.all(this.working.values());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sender.close();
  }

  private async run(): Promise<void> {
    const { closing } = this.tail;
    let isDown = false;
    while (!closing.aborted) {
      let seq = Number.MAX_SAFE_INTEGER;
      try {
        // Before the look: what comes in during it wakes the next one.
        seq = (await this.log.head()).lastSeq;
        for (const id of await this.deliveries.withWork()) {
          if (this.working.size >= WORKERS || closing.aborted) break;
          if (!this.working.has(id)) await this.start(id);
        }
        isDown = false;
      } catch (error) {
        if (!isDown) this.logger.warn(`cannot deliver, tries again: ${(error as Error).message}`);
        isDown = true;
      }
      await this.tail.waitBeyond(seq, LOOK_MS, closing);
    }
  }

  private async start(id: string): Promise<void> {
    const webhook = await this.deliveries.lease(id, this.parts.owner, leaseMs(this.settings));
    if (webhook === undefined) return;
    const work = new WebhookWorker(this.parts, webhook)
      .run(this.tail.closing, CLOSE_GRACE_MS)
      .catch((error: unknown) => this.logger.warn(`webhook ${id}: ${(error as Error).message}`))
      .finally(() => this.working.delete(id));
    this.working.set(id, work);
  }
}
