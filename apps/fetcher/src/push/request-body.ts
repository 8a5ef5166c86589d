import { Injectable } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Largest body of a single push, in bytes: a page of the largest size with what JSON adds to it. 16 MiB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Bytes of bodies that one process holds at a time; who comes when they are in use is asked to come again. 64 MiB. */
const HELD_BYTES = 64 * 1024 * 1024;

/** Reads bodies whole, each up to its limit, and all of them together up to another. */
@Injectable()
export class RequestBodies {
  private held = 0;
  private readonly known = new WeakMap<FastifyRequest, Buffer>();

  /**
   * The body of a request; read once, and known from then on.
   * @throws Problem 413 over the limit, 415 for a content coding, 503 when too much is held, 400 when it breaks off.
   */
  async read(request: FastifyRequest, reply: FastifyReply, limit = MAX_BODY_BYTES): Promise<Buffer> {
    const known = this.known.get(request);
    if (known !== undefined) return known;
    refuseCoding(request);
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
    if (reply.raw.destroyed) throw new Problem(400, 'the connection is gone');
    const chunks: Buffer[] = [];
    let size = 0;
    reply.raw.once('close', () => {
      this.held -= size;
    });
    for await (const chunk of bytesOf(request)) {
      size += chunk.length;
      this.held += chunk.length;
      if (size > limit) throw tooLarge(limit);
      if (this.held > HELD_BYTES) {
        throw new Problem(503, 'too much is being received at once; push again', [], { 'retry-after': '1' });
      }
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks, size);
    this.known.set(request, body);
    return body;
  }

  /** The body as it comes in, nothing of it held, unless it has been read before. @throws Problem 415, 400 */
  async *stream(request: FastifyRequest): AsyncGenerator<Buffer> {
    const known = this.known.get(request);
    if (known === undefined) {
      refuseCoding(request);
      yield* bytesOf(request);
    } else {
      yield known;
    }
  }
}

async function* bytesOf(request: FastifyRequest): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw new Problem(400, `the body broke off: ${(error as Error).message}`);
  } finally {
    // What is left of a body that is not read to its end is let pass: the next request comes behind it.
    request.raw.resume();
  }
  if (!request.raw.complete) throw new Problem(400, 'the body broke off');
}

/** A compressed body may grow without bound when it is opened: none is taken (RFC 9110 section 15.5.16). */
function refuseCoding(request: FastifyRequest): void {
  const coding = request.headers['content-encoding'];
  if (coding === undefined || coding.trim().toLowerCase() === 'identity') return;
  throw new Problem(415, 'send the body without content-encoding', [], { 'accept-encoding': 'identity' });
}

function tooLarge(limit: number): Problem {
  return new Problem(413, `the body is too large: at most ${limit} bytes are taken`);
}
