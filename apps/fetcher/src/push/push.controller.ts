import { Controller, Delete, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import { Problem, StreamedBody } from '@newsmill/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Door } from './door.js';
import { fingerprintOf, readIdempotencyKey } from './idempotency.js';
import { parseJsonText, utf8Text } from './json-text.js';
import { type Deletion, readDeletion, readGuid, readQuery } from './push-fields.js';
import { callerOf, demandScope, PushKeyGuard } from './push-key.guard.js';
import { cancellation, type Push, readPush } from './read-push.js';
import { RequestBodies } from './request-body.js';
import { StatusUrls } from './status-url.js';

/** Single articles. 202 means that the push is on the log. */
@Controller('v1/articles')
@UseGuards(PushKeyGuard)
export class PushController {
  constructor(
    private readonly door: Door,
    private readonly bodies: RequestBodies,
    private readonly statusUrls: StatusUrls,
  ) {}

  @Post()
  @StreamedBody()
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.write(request, reply);
  }

  @Put(':guid')
  @StreamedBody()
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.write(request, reply, guidOf(request));
  }

  @Delete(':guid')
  @StreamedBody()
  async delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const guid = guidOf(request);
    const { reason, version, ...rest } = readQuery(request.query);
    if (Object.values(rest).some((value) => value !== undefined)) {
      throw new Problem(400, 'a deletion takes ?reason= and ?version= alone');
    }
    demandScope(callerOf(request), 'articles:delete');
    const body = await this.bodies.read(request, reply);
    const said: Deletion = body.length === 0 ? {} : readDeletion(parseJsonText(utf8Text(body)));
    if (
      (said.reason ?? reason) !== (reason ?? said.reason) ||
      (said.version ?? version) !== (version ?? said.version)
    ) {
      throw new Problem(422, 'body and query say different things of the deletion');
    }
    const wanted = { reason: said.reason ?? reason, version: said.version ?? version };
    await this.answer(request, reply, body, (at) => cancellation(guid, wanted, at));
  }

  private async write(request: FastifyRequest, reply: FastifyReply, guid?: string): Promise<void> {
    const query = readQuery(request.query);
    if (query.reason !== undefined || query.version !== undefined) {
      throw new Problem(400, '?reason= and ?version= belong to a deletion');
    }
    const caller = callerOf(request);
    if (query.validate === undefined) demandScope(caller, 'articles:write');
    else demandScope(caller, 'validate', 'articles:write');
    const body = await this.bodies.read(request, reply);
    const { 'content-type': contentType, 'content-location': contentLocation } = request.headers;
    const push = readPush({ body, contentType, contentLocation, query, guid });
    if (query.validate !== undefined) {
      await reply.status(200).send(this.door.validate(caller.publisher, push));
      return;
    }
    await this.answer(request, reply, body, () => push);
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    body: Buffer,
    pushAt: (at: Date) => Push,
  ): Promise<void> {
    const statusUrlOf = this.statusUrls.of(request);
    const key = readIdempotencyKey(request.headers['idempotency-key']);
    const { method, originalUrl, headers } = request;
    const { 'content-type': type = '', 'content-location': location = '' } = headers;
    const delivery = {
      pushAt,
      idempotency:
        key === undefined ? undefined : { key, fingerprint: fingerprintOf(method, originalUrl, type, location, body) },
    };
    const [answer] = await this.door.take(callerOf(request).publisher, [delivery], statusUrlOf);
    if (answer instanceof Problem) throw answer;
    await reply.status(answer!.status).header('content-type', 'application/json; charset=utf-8').send(answer!.body);
  }
}

/** @throws Problem 400 */
function guidOf(request: FastifyRequest): string {
  return readGuid((request.params as { guid: string }).guid);
}
