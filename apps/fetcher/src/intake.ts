import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  articleOutcomes,
  type EventOf,
  linkDiscovered,
  pageFetched,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import {
  type CounterOf,
  Metrics,
  type OpenSpan,
  SERVICE_SETTINGS,
  type ServiceSettings,
  type Tracing,
  TRACING,
  TRANSPORT,
} from '@newsmill/service';
import { deterministicId, encodeEvent, type NewRecord, type TraceContext, type Transport } from '@newsmill/stage';
import { doors, fetcherMetrics } from './fetcher.metrics.js';

type Link = EventOf<typeof linkDiscovered>;
type Page = EventOf<typeof pageFetched>;

/** Where a thing came in; the account counts what was received by door. */
export type Door = (typeof doors)[number];

/** Most things told as received in one event, so that it stays small. */
const SLICE = 64;

/** The door: puts what comes in on the log, together with the fact that it came in. */
@Injectable()
export class Intake {
  private readonly logger = new Logger('intake');
  private readonly telling = new Set<Promise<void>>();
  private readonly received: CounterOf<typeof fetcherMetrics.received>;
  private readonly unconfirmed: CounterOf<typeof fetcherMetrics.unconfirmed>;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(SERVICE_SETTINGS) private readonly settings: ServiceSettings,
    @Inject(Metrics) metrics: Metrics,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {
    this.received = metrics.counter(fetcherMetrics.received);
    this.unconfirmed = metrics.counter(fetcherMetrics.unconfirmed);
  }

  /** Resolves when the log has the links. */
  takeLinks(door: Door, links: readonly Link[]): Promise<void> {
    return this.take(door, linkDiscovered, links, (link) => Date.parse(link.discoveredAt));
  }

  /** Resolves when the log has the pages. */
  takePages(door: Door, pages: readonly Page[]): Promise<void> {
    return this.take(door, pageFetched, pages, (page) => Date.parse(page.fetchedAt));
  }

  /** Of things that the log has and that are put on it again, because it could not be noted down that they are there. */
  comeAgain(door: Door, things: number): void {
    this.unconfirmed.inc({ door }, things);
  }

  private async take<T extends Topic>(
    door: Door,
    topic: T,
    events: readonly EventOf<T>[],
    timeOf: (event: EventOf<T>) => number,
  ): Promise<void> {
    for (let at = 0; at < events.length; at += SLICE) {
      await this.takeSlice(door, topic, events.slice(at, at + SLICE), timeOf);
    }
  }

  /**
   * Resolves when the things are on the log. The fact that they came in follows by itself: without its thing it would
   * stay open for ever, and should it be lost, the next stage's outcome makes up for it.
   */
  private async takeSlice<T extends Topic>(
    door: Door,
    topic: T,
    events: readonly EventOf<T>[],
    timeOf: (event: EventOf<T>) => number,
  ): Promise<void> {
    const subjects = events.map((event) => topic.subject(event));
    const idOf = (index: number): string => subjects[index]!.receiptId ?? subjects[index]!.id;
    const spans = subjects.map(({ receiptId }) => this.begin(door, topic, receiptId));
    try {
      await this.transport.publish(
        events.map((event, index) =>
          this.encode(door, topic, event, idOf(index), timeOf(event), spans[index]!.context),
        ),
      );
    } catch (error) {
      this.unconfirmed.inc({ door }, events.length);
      for (const span of spans) span.end(error);
      throw error;
    }
    for (const span of spans) span.end();
    const time = Date.now();
    const settled = subjects.map(({ id, receiptId }) => ({ id, receiptId, outcome: 'received' as const }));
    const received = { stage: door, at: new Date(time).toISOString(), settled };
    this.received.inc({ door }, events.length);
    const told = this.transport
      .publish([this.encode(door, articleOutcomes, received, idOf(0), time)])
      .catch((error: unknown) => {
        this.logger.warn(`not told as received yet: ${(error as Error).message}`);
      })
      .finally(() => this.telling.delete(told));
    this.telling.add(told);
  }

  /** Resolves when what has been taken so far is told as received, or cannot be; for a process that ends. */
  async settled(): Promise<void> {
    await Promise.all(this.telling);
  }

  /** A push continues its request's trace; what we have found by ourselves begins one, whatever we were doing. */
  private begin(door: Door, topic: Topic, receiptId: string | undefined): OpenSpan {
    const found = door === 'push' ? undefined : { parent: 'none' as const, links: [this.tracing.current()] };
    return this.tracing.open('send', {
      ...found,
      name: `send ${topic.name}`,
      attributes: {
        'messaging.system': this.transport.kind,
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
        'messaging.destination.name': topicAddress(this.settings.topicPrefix, topic),
        'newsmill.door': door,
        'newsmill.receipt_id': receiptId,
      },
    });
  }

  private encode<T extends Topic>(
    door: Door,
    topic: T,
    event: EventOf<T>,
    id: string,
    time: number,
    trace?: TraceContext,
  ): NewRecord {
    return encodeEvent(this.settings.topicPrefix, topic, event, {
      id: eventIdOf(door, topic, id),
      source: `/newsmill/${door}`,
      time,
      // Of the thing itself, so that a repeated push is the same event. An imported page was received by others, long ago.
      ...(door !== 'import' && { receivedAt: new Date(time).toISOString() }),
      trace,
    });
  }
}

/** The `ce_id` under which the thing of a receipt stands on the log; the same however often it is put there. */
export function eventIdOf(door: Door, topic: Topic, receiptId: string): string {
  return deterministicId(door, topic.name, receiptId);
}
