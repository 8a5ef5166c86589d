import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import { Problem, StreamedBody } from '@newsmill/service';
import { mediaTypeOf } from '@newsmill/web';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Batches, type LineResult } from './batch.js';
import { readIdempotencyKey } from './idempotency.js';
import { readQuery } from './push-fields.js';
import { callerOf, demandScope, PushKeyGuard } from './push-key.guard.js';
import { RequestBodies } from './request-body.js';
import { StatusUrls } from './status-url.js';

const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/** Batches that one process takes in side by side. */
const SIDE_BY_SIDE = 4;

/** Many articles in one request: NDJSON in, NDJSON out. */
@Controller('v1')
@UseGuards(PushKeyGuard)
export class BatchController {
  private running = 0;

  constructor(
    private readonly batches: Batches,
    private readonly bodies: RequestBodies,
    private readonly statusUrls: StatusUrls,
  ) {}

  // In the router's spelling, a doubled colon stands for itself.
  @Post('articles::batch')
  @StreamedBody()
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { validate, ...rest } = readQuery(request.query);
    if (Object.values(rest).some((value) => value !== undefined)) {
      throw new Problem(400, 'a batch takes ?validate=only alone; what belongs to an article stands in its line');
    }
    const caller = callerOf(request);
    if (validate === undefined) demandScope(caller, 'articles:write');
    else demandScope(caller, 'validate', 'articles:write');
    const type = mediaTypeOf(request.headers['content-type']);
    if (type === undefined || !NDJSON.includes(type)) {
      throw new Problem(415, `${type ?? 'a body without content-type'} is no batch; send ${NDJSON[0]}`, [], {
        'accept-post': NDJSON.join(', '),
      });
    }
    if (this.running >= SIDE_BY_SIDE) {
      throw new Problem(503, `${SIDE_BY_SIDE} batches are being received; push again`, [], { 'retry-after': '5' });
    }
    this.running += 1;
    try {
      const results = await this.batches.take({
        publisher: caller.publisher,
        chunks: this.bodies.stream(request),
        validate: validate !== undefined,
        idempotencyKey: readIdempotencyKey(request.headers['idempotency-key']),
        statusUrlOf: this.statusUrls.of(request),
      });
      await reply.status(200).header('content-type', NDJSON[0]).send(ndjson(results));
    } finally {
      this.running -= 1;
    }
  }
}

function ndjson(results: readonly LineResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}
