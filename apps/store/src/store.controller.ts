import { Controller, Inject, Logger } from '@nestjs/common';
import type { articleEnriched, articleOutcomes, EventOf } from '@newsmill/contracts';
import { Ctx, Payload, StageHandler, type Tracing, TRACING } from '@newsmill/service';
import { done, type HandlerContext, type Outcome } from '@newsmill/stage';
import { ArticleStore } from './article-store.js';
import { Freshness } from './freshness.js';
import { OutboxRelay } from './outbox-relay.js';
import { stepsSince, toSteps } from './receipt-steps.js';
import { type ReceiptReport, ReceiptStore } from './receipt-store.js';
import { stateAfter } from './receipt-state.js';
import type { StoreSettings } from './store.config.js';
import { record, store } from './store.stage.js';
import { STORE_SETTINGS } from './store.tokens.js';

@Controller()
export class StoreController {
  private readonly logger = new Logger('store');

  constructor(
    private readonly articles: ArticleStore,
    private readonly receipts: ReceiptStore,
    private readonly relay: OutboxRelay,
    private readonly freshness: Freshness,
    @Inject(STORE_SETTINGS) private readonly settings: StoreSettings,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  @StageHandler(store)
  async store(
    @Payload() versions: EventOf<typeof articleEnriched>[],
    @Ctx() { metas }: HandlerContext,
  ): Promise<Outcome<typeof store>[]> {
    const incoming = versions.map((version, index) => ({
      ...version,
      replay: metas[index]!.replay,
      trace: metas[index]!.trace,
    }));
    const stored = await this.articles.store(incoming, new Date());
    this.relay.wake();
    const now = new Date();
    stored.forEach((result, index) => this.freshness.count(incoming[index]!, metas[index]!, result, now));
    stored.forEach(({ told }, index) => {
      if (told !== undefined) this.tracing.within(metas[index]!.trace, () => this.logger.log(told));
    });
    return stored.map(({ state, articleId }) => done(state, articleId));
  }

  @StageHandler(record)
  async record(batches: EventOf<typeof articleOutcomes>[]): Promise<Outcome<typeof record>[]> {
    const since = stepsSince(this.settings.traceDays, Date.now());
    await this.receipts.reportAll(
      batches.flatMap(toReports),
      batches.flatMap((batch) => toSteps(batch, since)),
    );
    return batches.map(() => done('recorded'));
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** "redrive" is a door of another kind: what it sends has been received before. */
const REDRIVE = 'redrive';

/** What a settled batch means for its receipts. */
export function toReports({ stage, at, settled }: EventOf<typeof articleOutcomes>): ReceiptReport[] {
  return settled.flatMap(({ id, receiptId, articleId, outcome, reason, redrives }) => {
    const state = stateAfter(stage, outcome, reason);
    if (receiptId === undefined || state === undefined) return [];
    const isReceived = outcome === 'received' && stage !== REDRIVE;
    return [
      {
        id: receiptId,
        state,
        stage,
        // An event that is ill may name an article by something that is no id; its neighbours are told of all the same.
        articleId: articleId !== undefined && UUID.test(articleId) ? articleId : undefined,
        ...(outcome !== 'done' && { reason }),
        redrives,
        at: new Date(at),
        ...(isReceived && { door: stage }),
        ...(id !== articleId && { subject: id }),
      },
    ];
  });
}
