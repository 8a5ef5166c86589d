import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defineSettings, type Environment, flag, type SettingValues, wholeNumber } from '../settings.js';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** `key=value` pairs, comma-separated, percent-encoded: as W3C Baggage without properties. */
const pairs = z.string().transform((text, context): Record<string, string> => {
  const read: [string, string][] = [];
  for (const part of text.split(',').filter((item) => item.trim() !== '')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    const value = decoded(part.slice(at + 1).trim());
    if (name === '' || value === undefined) {
      context.addIssue('must be key=value pairs, comma-separated, with what is special in a value percent-encoded');
      return z.NEVER;
    }
    read.push([name, value]);
  }
  return Object.fromEntries(read);
});

/** PEM, read at once. */
const pemFile = z.string().transform((path, context): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    context.addIssue(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return z.NEVER;
  }
});

/**
 * Settings of tracing, under the names that the OpenTelemetry specification gives them (docs/decisions/0016-traces.md). It
 * is on when an endpoint is set.
 */
export const tracingSettings = defineSettings({
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schema: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
    doc: 'Collector to which traces go, as OTLP over HTTP; `/v1/traces` is added. Unset: no traces are made (docs/traces.md).',
  },
  otlpHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    schema: pairs.optional(),
    doc: 'Headers of the requests to the collector, such as its key: `name=value`, comma-separated, percent-encoded.',
    secret: true,
  },
  otlpProtocol: {
    env: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    schema: z.literal('http/protobuf', 'must be http/protobuf: no other is spoken'),
    default: 'http/protobuf',
    doc: 'http/protobuf.',
  },
  otlpTimeoutMs: {
    env: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    schema: wholeNumber(100, 60_000),
    default: '10000',
    doc: 'Milliseconds an export may take, tries included.',
  },
  otlpCompression: {
    env: 'OTEL_EXPORTER_OTLP_COMPRESSION',
    schema: z.enum(['none', 'gzip'], 'must be none or gzip'),
    default: 'none',
    doc: 'none or gzip.',
  },
  otlpCa: {
    env: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
    schema: pemFile.optional(),
    doc: "PEM file of the authorities that sign the collector's certificate. Default: those of Node.js.",
  },
  otlpCert: {
    env: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    schema: pemFile.optional(),
    doc: 'PEM file of the certificate to show to the collector (mutual TLS).',
  },
  otlpKey: {
    env: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
    schema: pemFile.optional(),
    doc: 'PEM file of the private key of that certificate, without a passphrase.',
  },
  tracesExporter: {
    env: 'OTEL_TRACES_EXPORTER',
    schema: z.enum(['otlp', 'none'], 'must be otlp or none'),
    default: 'otlp',
    doc: 'otlp, or none: no traces, whatever endpoint is set.',
  },
  tracesSampler: {
    env: 'OTEL_TRACES_SAMPLER',
    schema: z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`),
    default: 'parentbased_always_on',
    doc: 'Which traces are exported: `parentbased_` follows what the sender of the `traceparent` decided; `traceidratio` takes the share in OTEL_TRACES_SAMPLER_ARG.',
  },
  tracesRatio: {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    schema: z.coerce.number('must be a number').min(0, 'must be at least 0').max(1, 'must be at most 1'),
    default: '1',
    doc: 'Share of the traces that traceidratio takes, from 0 to 1.',
  },
  otelDisabled: {
    env: 'OTEL_SDK_DISABLED',
    schema: flag,
    default: 'false',
    doc: 'true: no traces, whatever else is set.',
  },
  otelServiceName: {
    env: 'OTEL_SERVICE_NAME',
    schema: z.string().optional(),
    doc: '`service.name` of the traces. Default: newsmill-<service>, or newsmill where all run in one process.',
  },
  otelResource: {
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    schema: pairs.optional(),
    doc: 'Further attributes of the process in traces, such as `deployment.environment.name=production`.',
  },
});

export type TracingSettings = SettingValues<typeof tracingSettings>;

/** Names that belong to traces; those of other signals are not ours to judge. */
const OF_TRACES = /^OTEL_(TRACES_|BSP_|SPAN_|EXPORTER_OTLP_(?!METRICS_|LOGS_|PROFILES_))/;

/**
 * Problems that no single setting shows. A name that is none is refused: misspelt, or one of the specification that is not
 * heeded here, it would do nothing in silence.
 */
export function tracingProblems(settings: TracingSettings, environment: Environment): string[] {
  const known = new Set<string>(Object.values(tracingSettings).map(({ env }) => env));
  known.add(`${tracingSettings.otlpHeaders.env}_FILE`);
  const strangers = Object.keys(environment).filter(
    (name) => environment[name] && OF_TRACES.test(name) && !known.has(name),
  );
  const problems = strangers.sort().map((name) => `${name} is not a setting of newsmill: docs/traces.md lists them`);
  const { otlpCert, otlpKey } = settings;
  if ((otlpCert === undefined) !== (otlpKey === undefined)) {
    problems.push('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY belong together: set both');
  }
  return problems;
}

/** Whether traces are made. */
export function isTracing({ otlpEndpoint, tracesExporter, otelDisabled }: TracingSettings): boolean {
  return otlpEndpoint !== undefined && tracesExporter === 'otlp' && !otelDisabled;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
