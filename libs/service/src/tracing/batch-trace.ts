import type { ErrorClass } from '@newsmill/contracts';
import {
  type Batch,
  type BatchSpans,
  type SettledEvent,
  type Stage,
  type TraceContext,
  traceOf,
} from '@newsmill/stage';
import type { OpenSpan, Tracing } from './tracing.js';

/** The spans of one batch: one of each event, and where there are several, one of all. */
export class BatchTrace implements BatchSpans {
  readonly contexts: readonly TraceContext[];
  private readonly whole: OpenSpan | undefined;
  private readonly events: readonly OpenSpan[];

  constructor(
    private readonly tracing: Tracing,
    system: string,
    stage: Stage,
    group: string,
    { topic, partition, records }: Batch,
  ) {
    const sources = records.map(traceOf);
    const place = {
      'messaging.system': system,
      'messaging.operation.type': 'process',
      'messaging.operation.name': stage.name,
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.consumer.group.name': group,
    };
    this.whole =
      records.length === 1
        ? undefined
        : tracing.open('batch', {
            name: `${stage.name} batch`,
            parent: 'none',
            links: sources,
            attributes: { ...place, 'messaging.batch.message_count': records.length },
          });
    const links = [this.whole?.context];
    const name = `${stage.name} ${stage.reads.name}`;
    this.events = records.map(({ offset }, index) =>
      tracing.open('process', {
        name,
        parent: sources[index] ?? 'none',
        links,
        attributes: { ...place, 'messaging.kafka.offset': Number(offset) },
      }),
    );
    this.contexts = this.events.map(({ context }) => context!);
  }

  within<T>(events: readonly number[], work: () => T): T {
    const context = events.length === 1 ? this.contexts[events[0]!] : this.whole?.context;
    return this.tracing.within(context, work);
  }

  retrying(events: readonly number[], errorClass: ErrorClass): void {
    for (const event of events) this.events[event]!.note('retry', { 'error.type': errorClass });
  }

  end(settled: readonly SettledEvent[]): void {
    settled.forEach(({ receiptId, articleId, outcome, reasonClass, errorClass, redrives, isReplayed }, index) => {
      const span = this.events[index]!;
      span.set({
        'newsmill.receipt_id': receiptId,
        'newsmill.article_id': articleId,
        'newsmill.outcome': outcome,
        'newsmill.reason_class': reasonClass,
        'newsmill.redrives': redrives,
        'newsmill.replayed': isReplayed,
        'error.type': errorClass,
      });
      span.end();
    });
    this.whole?.end();
  }

  handBack(): void {
    for (const span of [...this.events, ...(this.whole ? [this.whole] : [])]) {
      span.set({ 'error.type': 'handed-back' });
      span.end();
    }
  }
}
