import type { FastifyInstance } from 'fastify';
import type { LabelsOf } from './metric-definition.js';
import type { Metrics } from './metrics.js';
import { serviceMetrics } from './service-metrics.js';

type Labels = LabelsOf<typeof serviceMetrics.httpRequests>;

const METHODS: ReadonlySet<string> = new Set(serviceMetrics.httpRequests.labels.method);

/** Counts requests by the template of their route, never by their address. To be called before routes are added. */
export function watchHttp(metrics: Metrics, fastify: Pick<FastifyInstance, 'addHook'>): void {
  const requests = metrics.counter(serviceMetrics.httpRequests);
  const seconds = metrics.histogram(serviceMetrics.httpSeconds);
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? '(none)' : (request.routeOptions.url ?? '(none)');
    const method = (METHODS.has(request.method) ? request.method : 'other') as Labels['method'];
    const status_class = `${Math.min(5, Math.max(1, Math.floor(reply.statusCode / 100)))}xx` as Labels['status_class'];
    requests.inc({ route, method, status_class });
    seconds.observe({ route }, reply.elapsedTime / 1000);
    done();
  });
}
