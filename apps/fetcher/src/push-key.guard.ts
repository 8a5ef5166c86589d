import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import type { FastifyRequest } from 'fastify';
import { PushKeys } from './push-keys.js';

const publishers = new WeakMap<FastifyRequest, string>();

/** Who pushed: known once {@link PushKeyGuard} has let the request pass. */
export function publisherOf(request: FastifyRequest): string {
  const publisher = publishers.get(request);
  if (publisher === undefined) throw new Error('publisherOf: the route is not behind PushKeyGuard');
  return publisher;
}

/** Lets a request pass that carries a known key as bearer token (RFC 6750). */
@Injectable()
export class PushKeyGuard implements CanActivate {
  constructor(private readonly keys: PushKeys) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const [, key] = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (key === undefined) {
      throw new Problem(401, 'send "authorization: Bearer <key>"', [], { 'www-authenticate': 'Bearer' });
    }
    const publisher = this.keys.publisherOf(key);
    if (publisher === undefined) {
      throw new Problem(401, 'the key is not known', [], { 'www-authenticate': 'Bearer error="invalid_token"' });
    }
    publishers.set(request, publisher);
    return true;
  }
}
