import { Inject, Injectable } from '@nestjs/common';
import { articleOutcomes, type EventOf, linkDiscovered, pageFetched, type Topic } from '@newsmill/contracts';
import { Metrics, SERVICE_SETTINGS, type ServiceSettings, TRANSPORT } from '@newsmill/service';
import { deterministicId, encodeEvent, type NewRecord, type Transport } from '@newsmill/stage';

type Link = EventOf<typeof linkDiscovered>;
type Page = EventOf<typeof pageFetched>;

/** The door: puts what comes in on the log, together with the fact that it came in. */
@Injectable()
export class Intake {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(SERVICE_SETTINGS) private readonly settings: ServiceSettings,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  /** Resolves when the log has the links. */
  takeLinks(door: 'push' | 'feed', links: readonly Link[]): Promise<void> {
    return this.take(door, linkDiscovered, links);
  }

  /** Resolves when the log has the pages. */
  takePages(door: 'push' | 'feed', pages: readonly Page[]): Promise<void> {
    return this.take(door, pageFetched, pages);
  }

  private async take<T extends Topic>(door: 'push' | 'feed', topic: T, events: readonly EventOf<T>[]): Promise<void> {
    if (events.length === 0) return;
    const now = Date.now();
    const settled = events.map((event) => {
      const { id, receiptId } = topic.subject(event);
      return { id, receiptId, outcome: 'received' as const };
    });
    const first = settled[0]!.receiptId ?? settled[0]!.id;
    const received = this.encode(
      door,
      articleOutcomes,
      { stage: door, at: new Date(now).toISOString(), settled },
      first,
      now,
    );
    const records = events.map((event) =>
      this.encode(door, topic, event, topic.subject(event).receiptId ?? topic.subject(event).id, now),
    );
    await this.transport.publish([...records, received]);
    this.metrics.countReceived(door, events.length);
  }

  private encode<T extends Topic>(door: string, topic: T, event: EventOf<T>, id: string, time: number): NewRecord {
    return encodeEvent(this.settings.topicPrefix, topic, event, {
      id: deterministicId(door, topic.name, id),
      source: `/newsmill/${door}`,
      time,
    });
  }
}
