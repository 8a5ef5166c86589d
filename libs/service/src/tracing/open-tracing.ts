import { Logger } from '@nestjs/common';
import type { Metrics } from '../metrics.js';
import { serviceMetrics } from '../service-metrics.js';
import { version } from '../version.js';
import { isTracing, type TracingSettings } from './tracing.config.js';
import { NO_TRACING, type Tracing } from './tracing.js';

/** Of which process traces are told. */
export interface TracedProcess {
  /** The services that run in it. */
  services: readonly string[];
  /** Where topics live. */
  system: string;
  metrics: Metrics;
}

/** The tracing that the settings ask for. The SDK is loaded only when it is on. */
export async function openTracing(
  settings: TracingSettings,
  { services, system, metrics }: TracedProcess,
): Promise<Tracing> {
  const counter = metrics.counter(serviceMetrics.traceSpans);
  if (!isTracing(settings)) return NO_TRACING;
  const [{ otlpProvider }, { OtelTracing }] = await Promise.all([
    import('./otlp-provider.js'),
    import('./otel-tracing.js'),
  ]);
  const logger = new Logger('traces');
  const provider = otlpProvider(settings, {
    serviceName: settings.otelServiceName ?? (services.length === 1 ? `newsmill-${services[0]}` : 'newsmill'),
    version,
    count: (fate, spans) => counter.inc({ fate }, spans),
    refused: (reason) =>
      logger.warn(`the collector does not take spans, which are lost until it does; all else goes on: ${reason}`),
    resumed: () => logger.log('the collector takes spans again'),
  });
  return new OtelTracing({ provider, version, system });
}
