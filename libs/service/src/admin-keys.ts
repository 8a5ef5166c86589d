import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** Shortest key that is taken, in characters. */
const SHORTEST_KEY = 16;

const HASHED = /^sha256:([0-9a-f]{64})$/i;

/** The keys of those who operate a deployment; several are valid at once, so that they can be changed one by one. */
export class AdminKeys {
  private readonly hashes: readonly Buffer[];

  /** @param entries keys, or `sha256:<hex>` of keys, so that they need not be written down */
  constructor(entries: readonly string[]) {
    this.hashes = entries.map((entry) => {
      const hex = HASHED.exec(entry)?.[1];
      return hex === undefined ? sha256(entry) : Buffer.from(hex, 'hex');
    });
  }

  /** What is wrong with the entries of a setting; no key is shown. */
  static problems(setting: string, entries: readonly string[]): string[] {
    const isShort = (entry: string): boolean => entry.length < SHORTEST_KEY;
    return entries.some(isShort) ? [`${setting}: a key is under ${SHORTEST_KEY} characters`] : [];
  }

  get isEmpty(): boolean {
    return this.hashes.length === 0;
  }

  /** Takes the same time for every wrong key. */
  knows(key: string): boolean {
    const presented = sha256(key);
    let found = false;
    for (const hash of this.hashes) if (timingSafeEqual(hash, presented)) found = true;
    return found;
  }
}

/**
 * Lets a request pass that carries an admin key as bearer token (RFC 6750). Where no key is configured, what it guards is
 * closed: 403.
 */
@Injectable()
export class AdminKeyGuard implements CanActivate {
  constructor(@Inject(AdminKeys) private readonly keys: AdminKeys) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.keys.isEmpty) throw new Problem(403, 'closed: no admin key is configured');
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const [, key] = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (key === undefined) {
      throw new Problem(401, 'send "authorization: Bearer <admin key>"', [], { 'www-authenticate': 'Bearer' });
    }
    if (!this.keys.knows(key)) {
      throw new Problem(401, 'the key is not known', [], { 'www-authenticate': 'Bearer error="invalid_token"' });
    }
    return true;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
