import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { LinkedSampler } from './linked-sampler.js';
import { SpanExport, type SpanExportOptions } from './span-export.js';
import type { TracingSettings } from './tracing.config.js';

/** Links of a span at most: a batch has one for each event. */
const LINKS = 1_024;
/** Characters of a text in an attribute at most. */
const TEXT = 256;

export interface OtlpProviderOptions extends Omit<SpanExportOptions, 'exporter' | 'timeoutMs'> {
  serviceName: string;
  version: string;
}

/** Samples spans as the settings say and exports them as OTLP over HTTP, protobuf. */
export function otlpProvider(settings: TracingSettings, options: OtlpProviderOptions): TracerProvider {
  const { otlpEndpoint, otlpHeaders, otlpTimeoutMs, otlpCompression, otlpCa, otlpCert, otlpKey } = settings;
  const { serviceName, version, ...account } = options;
  const exporter = new OTLPTraceExporter({
    url: `${otlpEndpoint!.replace(/\/$/, '')}/v1/traces`,
    headers: otlpHeaders ?? {},
    timeoutMillis: otlpTimeoutMs,
    // Its type is an enum that the package does not hand on.
    compression: otlpCompression as never,
    httpAgentOptions: {
      keepAlive: true,
      ...(otlpCa !== undefined && { ca: otlpCa }),
      ...(otlpCert !== undefined && { cert: otlpCert, key: otlpKey }),
    },
  });
  return new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.namespace': 'newsmill',
        'service.instance.id': randomUUID(),
        'host.name': hostname(),
        'process.pid': process.pid,
        ...settings.otelResource,
        'service.name': serviceName,
        'service.version': version,
      }),
    ),
    sampler: new LinkedSampler(samplerOf(settings)),
    spanLimits: { linkCountLimit: LINKS, attributeValueLengthLimit: TEXT },
    spanProcessors: [new SpanExport({ exporter, timeoutMs: otlpTimeoutMs, ...account })],
  });
}

function samplerOf({ tracesSampler, tracesRatio }: TracingSettings): Sampler {
  const name = tracesSampler.replace('parentbased_', '');
  const root =
    name === 'always_on'
      ? new AlwaysOnSampler()
      : name === 'always_off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(tracesRatio);
  return tracesSampler === name ? root : new ParentBasedSampler({ root });
}
