import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import { z } from 'zod';
import { changeFilter, type ChangeFilter, filterFields } from './change-filter.js';
import { ChangeLog, type ChangePage } from './change-log.js';
import { readFields } from '../read-fields.js';
import { placeOf, reading } from './change-place.js';
import { ChangeTail } from './change-tail.js';
import { changeCursor, readStateCursor, stateCursor } from './cursor.js';
import { OpenConnections } from './open-connections.js';
import type { RawReply } from './raw-reply.js';

/** Octets of an answer, unless a single change is larger. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Milliseconds that a request may look through changes that its filter leaves out. */
const SEARCH_MS = 5_000;

const changesQuery = z.strictObject({
  ...filterFields,
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  wait: z.coerce.number().min(0).max(60).default(0),
});

const stateQuery = z.strictObject({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** What Kafka's subscribers read from `changes` and `state`, over plain HTTP. */
@Controller('v1')
export class ChangesController {
  constructor(
    private readonly log: ChangeLog,
    private readonly tail: ChangeTail,
    private readonly connections: OpenConnections,
  ) {}

  /** Changes behind the cursor, oldest first. With `wait`, an answer without any comes only after so many seconds. */
  @Get('changes')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  async changes(@Query() query: unknown, @Res({ passthrough: true }) { raw }: RawReply): Promise<string> {
    const { cursor, limit, wait, ...filter } = readFields(changesQuery, query);
    const seq = await placeOf(this.log, cursor);
    const { changes, head, position } = await this.find(seq, changeFilter.parse(filter), { limit, wait, raw });
    const told = changes.map(({ text }) => text).join(',');
    const next = changeCursor({ logId: head.logId, seq: position });
    return `{"changes":[${told}],"next":"${next}","more":${position < head.lastSeq}}`;
  }

  /**
   * The latest event of each article, as the `state` topic has it. `changes` is where to go on when the last page has
   * been read: the same cursor on every page, so that nothing that happens meanwhile is missed.
   */
  @Get('state')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  async states(@Query() query: unknown): Promise<string> {
    const { cursor, limit } = readFields(stateQuery, query);
    const place = cursor === undefined ? undefined : readStateCursor(cursor);
    if (cursor !== undefined && place === undefined) {
      const errors = [{ pointer: '/cursor', detail: 'use "next" of a page' }];
      throw new Problem(400, 'the cursor is not one of ours', errors);
    }
    const page = await reading(this.log.states(place, limit, PAGE_BYTES));
    const next = page.next === undefined ? '' : `,"next":"${stateCursor(page.next)}"`;
    return `{"states":[${page.states.join(',')}],"changes":"${changeCursor(page.log)}"${next}}`;
  }

  private async find(
    from: number,
    filter: ChangeFilter,
    { limit, wait, raw }: { limit: number; wait: number; raw: RawReply['raw'] },
  ): Promise<ChangePage> {
    const began = performance.now();
    const left = (): number => wait * 1_000 - (performance.now() - began);
    const gave = new AbortController();
    raw.once('close', () => gave.abort());
    let close: (() => void) | undefined;
    try {
      for (let seq = from; ;) {
        const page = await reading(this.log.read(seq, { filter, limit, maxBytes: PAGE_BYTES }));
        const isAtEnd = page.position >= page.head.lastSeq;
        const isOver = gave.signal.aborted || this.tail.closing.aborted;
        if (page.changes.length > 0 || isOver) return page;
        if (isAtEnd && left() <= 0) return page;
        if (!isAtEnd && performance.now() - began > Math.max(SEARCH_MS, wait * 1_000)) return page;
        if (isAtEnd) {
          close ??= this.connections.open('poll');
          await this.tail.waitBeyond(page.position, left(), gave.signal);
        }
        seq = page.position;
      }
    } finally {
      close?.();
    }
  }
}
