import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { bearerToken, HashedKeys, SHORTEST_KEY, unknownToken } from './hashed-keys.js';
import { Problem } from './problem.js';

/** The keys of those who operate a deployment; several are valid at once, so that they can be changed one by one. */
export class AdminKeys {
  private readonly keys: HashedKeys<true>;

  /** @param entries keys, or `sha256:<hex>` of keys, so that they need not be written down */
  constructor(entries: readonly string[]) {
    this.keys = new HashedKeys(entries.map((key) => ({ key, holder: true })));
  }

  /** What is wrong with the entries of a setting; no key is shown. */
  static problems(setting: string, entries: readonly string[]): string[] {
    const isShort = (entry: string): boolean => entry.length < SHORTEST_KEY;
    return entries.some(isShort) ? [`${setting}: a key is under ${SHORTEST_KEY} characters`] : [];
  }

  get isEmpty(): boolean {
    return this.keys.isEmpty;
  }

  /** Takes the same time for every wrong key. */
  knows(key: string): boolean {
    return this.keys.find(key) ?? false;
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
    if (!this.keys.knows(bearerToken(request, 'admin key'))) throw unknownToken();
    return true;
  }
}
