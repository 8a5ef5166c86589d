import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { bearerToken, Problem, unknownToken } from '@newsmill/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from './key-entry.js';
import { type Caller, PushKeys } from './push-keys.js';
import { PushLimits } from './push-limits.js';
import { ReplayCache } from './replay-cache.js';
import { RequestBodies } from './request-body.js';
import { sameDigest, SIGNATURE_WINDOW_S, signatureOf } from './signature.js';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who pushes: known once {@link PushKeyGuard} has let the request pass. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('callerOf: the route is not behind PushKeyGuard');
  return caller;
}

/** @throws Problem 403 unless the key may do one of these things */
export function demandScope({ scopes, keyId }: Caller, ...wanted: readonly [Scope, ...Scope[]]): void {
  if (wanted.some((scope) => scopes.has(scope))) return;
  throw new Problem(403, `the key ${keyId} lacks the scope ${wanted[0]}`, [], {
    'www-authenticate': `Bearer error="insufficient_scope", scope="${wanted[0]}"`,
  });
}

/**
 * Lets a request pass that carries a known key as bearer token (RFC 6750), or a signature made with a known secret, and
 * counts it against its publisher's limits. Of a caller without a key, nothing of the body is read.
 */
@Injectable()
export class PushKeyGuard implements CanActivate {
  constructor(
    private readonly keys: PushKeys,
    private readonly limits: PushLimits,
    private readonly bodies: RequestBodies,
    private readonly replays: ReplayCache,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    const isSigned = request.headers['x-newsmill-signature'] !== undefined;
    if (isSigned && request.headers.authorization !== undefined) {
      throw new Problem(400, 'send either authorization or x-newsmill-signature');
    }
    const caller = isSigned ? await this.signer(request, reply) : this.bearer(request);
    reply.headers(await this.limits.count(caller.publisher));
    if (isSigned) await this.refuseReplay(request, caller);
    callers.set(request, caller);
    return true;
  }

  private bearer(request: FastifyRequest): Caller {
    const caller = this.keys.bearer(bearerToken(request, 'key'));
    if (caller === undefined) throw unknownToken();
    return caller;
  }

  private async signer(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const { timestamp, signature, keyId } = signatureHeaders(request);
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > SIGNATURE_WINDOW_S) {
      throw unsigned(`x-newsmill-timestamp is more than ${SIGNATURE_WINDOW_S} s away from now; sign again`);
    }
    const signer = this.keys.signing(keyId);
    if (signer === undefined) throw unsigned(REFUSED);
    const body = await this.bodies.read(request, reply);
    const { method, originalUrl: target } = request;
    if (!sameDigest(signatureOf(signer.secret, timestamp, { method, target, body }), signature))
      throw unsigned(REFUSED);
    return signer;
  }

  private async refuseReplay(request: FastifyRequest, { keyId }: Caller): Promise<void> {
    const { signature } = signatureHeaders(request);
    if (await this.replays.isNew(keyId, signature)) return;
    throw unsigned('this signed request has been taken before; sign again with the present time');
  }
}

const REFUSED = 'the signature does not hold for this key id, time, method, target and body';

/** @throws Problem 401 that names the header that is missing or malformed */
function signatureHeaders(request: FastifyRequest): { keyId: string; timestamp: string; signature: string } {
  const keyId = single(request, 'x-newsmill-key', /^[A-Za-z0-9._-]{1,64}$/, 'the id of the key');
  const timestamp = single(request, 'x-newsmill-timestamp', /^\d{1,12}$/, 'seconds since the epoch');
  const signed = single(
    request,
    'x-newsmill-signature',
    /^sha256=[0-9a-f]{64}$/i,
    '"sha256=" and 64 hexadecimal digits',
  );
  return { keyId, timestamp, signature: signed.slice('sha256='.length).toLowerCase() };
}

function single(request: FastifyRequest, name: string, form: RegExp, meaning: string): string {
  const value = request.headers[name];
  if (typeof value === 'string' && form.test(value)) return value;
  throw unsigned(`${name} must be ${meaning}`);
}

function unsigned(detail: string): Problem {
  return new Problem(401, detail, [], { 'www-authenticate': 'Bearer' });
}
