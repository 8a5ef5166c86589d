import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AdminKeyGuard, Problem } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { storeDatabase } from './store.database.js';
import { type Trace, traceOf } from './trace.js';

/** Longest thing that is looked for, in characters. */
const LONGEST = 4096;

const text = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST)
  .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must be plain text');

const traceQuery = z.object({ what: text, publisher: text.default('default') });

/** What `newsmill trace` tells, for those who operate the deployment. */
@Controller('v1/trace')
@UseGuards(AdminKeyGuard)
export class TraceController {
  constructor(@InjectDataSource(storeDatabase.schema) private readonly database: DataSource) {}

  @Get()
  async trace(@Query() query: unknown): Promise<Trace> {
    const read = traceQuery.safeParse(query);
    if (!read.success) {
      const errors = read.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message }));
      throw new Problem(400, "send ?what= with an address, a publisher's guid, an article id or a receipt id", errors);
    }
    const trace = await traceOf(this.database, read.data.what, read.data.publisher);
    if (trace.receipts.length === 0 && trace.articleIds.length === 0) throw new Problem(404, 'nothing is known of it');
    return trace;
  }
}
