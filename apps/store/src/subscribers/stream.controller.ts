import { Controller, Get, Headers, Inject, Logger, Query, Res } from '@nestjs/common';
import { Untraced } from '@newsmill/service';
import { z } from 'zod';
import { changeFilter, type ChangeFilter, filterFields } from './change-filter.js';
import { ChangeLog, PlaceNotKept } from './change-log.js';
import { readFields } from '../read-fields.js';
import { placeOf } from './change-place.js';
import { ChangeTail } from './change-tail.js';
import { changeCursor } from './cursor.js';
import { EventStream, HEARTBEAT_MS } from './event-stream.js';
import { OpenConnections } from './open-connections.js';
import type { RawReply } from './raw-reply.js';
import { SUBSCRIBER_SETTINGS, type SubscriberSettings } from './subscribers.config.js';

/** What one stream has in hand at most: changes, and octets unless a single change is larger. */
const STREAM_PAGE = { limit: 50, maxBytes: 512 * 1024 };

const streamQuery = z.strictObject({ ...filterFields, cursor: z.string().optional() });

/** The changes as they happen, as server-sent events. */
@Controller('v1/changes/stream')
export class StreamController {
  private readonly logger = new Logger('stream');

  constructor(
    private readonly log: ChangeLog,
    private readonly tail: ChangeTail,
    private readonly connections: OpenConnections,
    @Inject(SUBSCRIBER_SETTINGS) private readonly settings: SubscriberSettings,
  ) {}

  /** From behind `Last-Event-ID`, else behind `cursor`, else from the oldest change that is kept. Ends with the service. */
  @Get()
  @Untraced()
  async stream(
    @Query() query: unknown,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: RawReply,
  ): Promise<void> {
    const { cursor, ...filter } = readFields(streamQuery, query);
    const from = lastEventId || cursor;
    const seq = await placeOf(this.log, from, lastEventId ? '/last-event-id' : '/cursor');
    const close = this.connections.open('stream');
    reply.hijack();
    const stream = new EventStream(reply.raw, this.settings.streamStallMs);
    const cut = (): void => stream.cut();
    const onClosing = (): void => void setTimeout(cut, 500).unref();
    this.tail.closing.addEventListener('abort', onClosing);
    try {
      await this.run(stream, seq, changeFilter.parse(filter));
    } catch (error) {
      // A reader that comes again is told 410 then; any other fault it meets again, or not.
      if (!(error instanceof PlaceNotKept)) this.logger.warn(`a stream ends: ${(error as Error).message}`);
    } finally {
      this.tail.closing.removeEventListener('abort', onClosing);
      stream.end();
      close();
    }
  }

  private async run(stream: EventStream, from: number, filter: ChangeFilter): Promise<void> {
    await stream.begin();
    let lastSign = performance.now();
    for (let seq = from; !stream.signal.aborted && !this.tail.closing.aborted;) {
      const { changes, head, position } = await this.log.read(seq, { ...STREAM_PAGE, filter });
      const cursorAt = (place: number): string => changeCursor({ logId: head.logId, seq: place });
      for (const change of changes) {
        if (stream.signal.aborted) return;
        await stream.event(cursorAt(change.seq), change.changeKind, change.text);
      }
      seq = position;
      if (changes.length > 0) lastSign = performance.now();
      if (position >= head.lastSeq) {
        await this.tail.waitBeyond(position, HEARTBEAT_MS - (performance.now() - lastSign), stream.signal);
      }
      if (performance.now() - lastSign >= HEARTBEAT_MS) {
        await stream.heartbeat(cursorAt(seq));
        lastSign = performance.now();
      }
    }
  }
}
