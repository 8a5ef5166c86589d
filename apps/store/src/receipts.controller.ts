import { Controller, Get, Param } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import { type Flow, ReceiptStore } from './receipt-store.js';
import type { ReceiptState } from './receipt-state.js';

/**
 * A receipt younger than this that is not known yet is on its way: the log has it, its outcome has not been read.
 * Receipt ids of pushes are ULIDs, whose first ten characters are the time.
 */
const ON_ITS_WAY_MS = 24 * 60 * 60 * 1000;

interface ReceiptAnswer {
  state: ReceiptState;
  articleId?: string;
  /** Why it was rejected, or is dead. */
  reason?: string;
  updatedAt?: string;
}

/** What became of the things received. */
@Controller('v1/receipts')
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptStore) {}

  /** The whole account: how many things are in which state. */
  @Get()
  flow(): Promise<Flow> {
    return this.receipts.flow();
  }

  @Get(':id')
  async receipt(@Param('id') id: string): Promise<ReceiptAnswer> {
    const found = id.includes('\0') ? null : await this.receipts.find(id);
    if (found) {
      return {
        state: found.state,
        ...(found.articleId !== null && { articleId: found.articleId }),
        ...(found.reason !== null && { reason: found.reason }),
        updatedAt: found.updatedAt.toISOString(),
      };
    }
    const madeAt = ulidTime(id);
    const age = madeAt === undefined ? Infinity : Date.now() - madeAt;
    if (age > ON_ITS_WAY_MS || age < -60_000) throw new Problem(404, `no receipt has the id ${id}`);
    return { state: 'received' };
  }
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Milliseconds since the epoch in a ULID; `undefined` when it is none. */
function ulidTime(id: string): number | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return undefined;
  return Array.from(id.slice(0, 10)).reduce((time, character) => time * 32 + CROCKFORD.indexOf(character), 0);
}
