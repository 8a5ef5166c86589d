import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

interface StreamedRoute {
  streamedBody?: boolean;
}

/**
 * For a route that reads the body itself from `request.raw`, in whatever content type, within its own limits and only
 * after its guards have let the request pass: nothing is held of callers who may not come in.
 */
export const StreamedBody = (): ReturnType<typeof RouteConfig> =>
  RouteConfig({ streamedBody: true } satisfies StreamedRoute);

/**
 * Reads the bodies of all other routes: JSON alone, whole, up to a limit. In place of the framework's own parsers, which
 * are chosen by content type only, whatever the route.
 * @param limit bytes
 */
export function parseBodies(instance: FastifyInstance, limit: number): void {
  const parseJson = instance.getDefaultJsonParser('error', 'error');
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (request, payload, done) => {
    if ((request.routeOptions.config as StreamedRoute).streamedBody) {
      done(null, undefined);
      return;
    }
    readJson(request, payload, limit).then(
      (text) => parseJson(request, text, done),
      (error: unknown) => done(error as Error),
    );
  });
}

async function readJson(request: FastifyRequest, payload: AsyncIterable<Buffer>, limit: number): Promise<string> {
  if (request.mediaType !== 'application/json') throw new Problem(415, 'send application/json');
  const tooLarge = new Problem(413, `the body is over ${limit} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
