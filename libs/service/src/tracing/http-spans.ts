import { RouteConfig } from '@nestjs/platform-fastify';
import { readTraceContext } from '@newsmill/stage';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenSpan, Tracing } from './tracing.js';

interface UntracedRoute {
  isUntraced?: boolean;
}

/** For a route whose requests are of no interest in traces: asked for again and again, or open for hours. */
export const Untraced = (): ReturnType<typeof RouteConfig> => RouteConfig({ isUntraced: true } satisfies UntracedRoute);

/** Makes a span of each request, within which it is handled. Call before routes are there. */
export function traceRequests(instance: FastifyInstance, tracing: Tracing): void {
  const open = new WeakMap<FastifyRequest, OpenSpan>();
  instance.addHook('onRequest', (request, _, done) => {
    const { url: route, config } = request.routeOptions;
    // An address that is no route of ours says nothing, and may say anything.
    if (route === undefined || (config as UntracedRoute).isUntraced) {
      done();
      return;
    }
    const { method, headers } = request;
    const { traceparent, tracestate } = headers;
    const span = tracing.open('request', {
      name: `${method} ${route}`,
      parent: readTraceContext(one(traceparent), one(tracestate)) ?? 'none',
      attributes: { 'http.request.method': method, 'http.route': route },
    });
    open.set(request, span);
    tracing.within(span.context, done);
  });
  instance.addHook('onResponse', (request, reply, done) => {
    const span = open.get(request);
    if (span !== undefined) {
      const { statusCode } = reply;
      span.set({
        'http.response.status_code': statusCode,
        'error.type': statusCode >= 500 ? String(statusCode) : undefined,
      });
      span.end();
    }
    done();
  });
}

/** A header that came several times is read as one list (RFC 9110, section 5.2). */
function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
