import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { errorClass } from '@newsmill/contracts';
import { AdminKeyGuard, Problem, SERVICE_SETTINGS, type ServiceSettings, TRANSPORT } from '@newsmill/service';
import {
  type DeadLetterDetail,
  type DeadLetterFilter,
  DeadLetters,
  type DeadLetterSummary,
  detailOf,
  type FaultGroups,
  placeOf,
  type Settled,
  type SettleOptions,
  summaryOf,
  type Transport,
} from '@newsmill/stage';
import { z } from 'zod';
import { readFields } from './read-fields.js';

/** Milliseconds that a request may deal with letters; it tells when more are left. */
const WORK_MS = 20_000;
const MOST_AT_ONCE = 1_000;

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const id = z.string().refine((text) => placeOf(text) !== undefined, 'must read <stage>/<partition>/<offset>');

const filterFields = {
  stage: z.string().optional(),
  class: errorClass.optional(),
  fingerprint: z.string().optional(),
  since: time.optional(),
  until: time.optional(),
};

const listQuery = z.strictObject({
  ...filterFields,
  limit: z.coerce.number().int().min(1).max(MOST_AT_ONCE).default(100),
  cursor: id.optional(),
  group: z.stringbool().default(false),
});

const settleBody = z
  .strictObject({
    ids: z.array(id).min(1).max(MOST_AT_ONCE).optional(),
    filter: z.strictObject(filterFields).optional(),
    dryRun: z.boolean().default(false),
    rate: z.number().int().min(1).optional(),
    limit: z.number().int().min(1).max(MOST_AT_ONCE).default(MOST_AT_ONCE),
  })
  .refine(
    ({ ids, filter }) => (ids === undefined) !== (filter === undefined),
    'name either ids or a filter; {} is all',
  );

const redriveBody = settleBody.safeExtend({ maxRedrives: z.number().int().min(1).optional() });

interface LetterPage {
  letters: DeadLetterSummary[];
  /** Cursor of the next page; absent on the last one. */
  next?: string;
}

interface SettleAnswer extends Settled {
  dryRun: boolean;
  letters: { id: string; destination: string }[];
}

/** Events that a stage could not handle: the same as `newsmill dead-letters`. */
@Controller('v1')
@UseGuards(AdminKeyGuard)
export class DeadLettersController {
  private readonly letters: DeadLetters;

  constructor(@Inject(TRANSPORT) transport: Transport, @Inject(SERVICE_SETTINGS) { topicPrefix }: ServiceSettings) {
    this.letters = new DeadLetters(transport, topicPrefix);
  }

  @Get('dead-letters')
  async list(@Query() query: unknown): Promise<LetterPage | FaultGroups> {
    const { limit, cursor, group, ...fields } = readFields(listQuery, query);
    const filter = await this.filterOf(fields);
    if (group) return this.letters.groups(filter);
    const letters: DeadLetterSummary[] = [];
    for await (const letter of this.letters.waiting(filter, cursor)) {
      if (letters.length === limit) return { letters, next: letters.at(-1)!.id };
      letters.push(summaryOf(letter));
    }
    return { letters };
  }

  /** With the id's slashes as they are, or escaped. */
  @Get(['dead-letters/:stage/:partition/:offset', 'dead-letters/:id'])
  async show(@Param() params: Record<string, string>): Promise<DeadLetterDetail> {
    const wanted = params.id ?? `${params.stage}/${params.partition}/${params.offset}`;
    const letter = placeOf(wanted) && (await this.letters.find(wanted));
    if (letter === undefined) throw new Problem(404, `no dead letter waits under ${wanted}`);
    return detailOf(letter);
  }

  @Post('dead-letters::redrive')
  @HttpCode(200)
  redrive(@Body() body: unknown): Promise<SettleAnswer> {
    const { maxRedrives, ...common } = readFields(redriveBody, body);
    return this.settle(common, (filter, options) => this.letters.redrive(filter, { ...options, maxRedrives }));
  }

  @Post('dead-letters::drop')
  @HttpCode(200)
  drop(@Body() body: unknown): Promise<SettleAnswer> {
    return this.settle(readFields(settleBody, body), (filter, options) => this.letters.drop(filter, options));
  }

  private async settle(
    { ids, filter: fields, dryRun, rate, limit }: z.output<typeof settleBody>,
    deal: (filter: DeadLetterFilter, options: SettleOptions) => Promise<Settled>,
  ): Promise<SettleAnswer> {
    const missing = ids && (await this.letters.notWaiting(ids));
    if (missing && missing.length > 0) {
      const errors = missing.map((name) => ({
        pointer: `/ids/${ids.indexOf(name)}`,
        detail: `no dead letter waits under ${name}`,
      }));
      throw new Problem(404, 'not all of them wait; nothing was done', errors);
    }
    const filter = ids ? { ids } : await this.filterOf(fields!);
    const letters: SettleAnswer['letters'] = [];
    const settled = await deal(filter, {
      dryRun,
      rate,
      limit,
      signal: AbortSignal.timeout(WORK_MS),
      onLetter: (letter) => letters.push({ id: letter.id, destination: letter.why.dead_topic }),
    });
    return { ...settled, dryRun, letters };
  }

  private async filterOf({
    stage,
    class: kind,
    fingerprint,
    since,
    until,
  }: {
    [Name in keyof typeof filterFields]?: z.output<(typeof filterFields)[Name]>;
  }): Promise<DeadLetterFilter> {
    if (stage !== undefined) {
      const known = await this.letters.stages();
      const detail = `is not one of ${known.join(', ')}`;
      if (!known.includes(stage)) throw new Problem(400, 'unknown stage', [{ pointer: '/stage', detail }]);
    }
    return { stage, errorClass: kind, fingerprint, since, until };
  }
}
