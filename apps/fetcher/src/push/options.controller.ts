import { Controller, Options, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCEPTED } from './read-push.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const;

/** Tells what may be done at the door's addresses, also by other services of the same process; no key is asked for. */
@Controller('v1')
export class OptionsController {
  @Options('articles')
  async articles(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.tell(request, reply, ['/v1/articles']);
  }

  @Options('articles/:guid')
  async article(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.tell(request, reply, ['/v1/articles/:guid', '/v1/articles/:id']);
  }

  @Options('articles::batch')
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.tell(request, reply, ['/v1/articles::batch']);
  }

  private async tell(request: FastifyRequest, reply: FastifyReply, urls: readonly string[]): Promise<void> {
    const { server } = request;
    const allowed = METHODS.filter((method) => urls.some((url) => server.hasRoute({ method, url })));
    const types = urls.includes('/v1/articles::batch') ? 'application/x-ndjson' : ACCEPTED.join(', ');
    await reply
      .status(204)
      .headers({ allow: [...allowed, 'OPTIONS'].join(', '), 'accept-post': types })
      .send();
  }
}
