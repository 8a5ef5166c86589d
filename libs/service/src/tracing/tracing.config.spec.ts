import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadServiceSettings } from '../service-settings.js';
import { SettingsError } from '../settings.js';
import { isTracing } from './tracing.config.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadServiceSettings(environment);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems;
  }
}

describe('tracing is set by the variables of the OpenTelemetry specification', () => {
  it.each([
    [{}, false],
    [ENDPOINT, true],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }, false],
  ])('%j: on is %s', (environment, isOn) => {
    expect(isTracing(loadServiceSettings(environment))).toBe(isOn);
  });

  it('reads pairs as they are encoded', () => {
    const settings = loadServiceSettings({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%3Db, x-scope=news',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=production',
    });
    expect(settings.otlpHeaders).toEqual({ authorization: 'Bearer a=b', 'x-scope': 'news' });
    expect(settings.otelResource).toEqual({ 'deployment.environment.name': 'production' });
  });

  it('takes the headers, which hold a key, from a file, and never shows them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'newsmill-traces-'));
    const file = join(folder, 'headers');
    writeFileSync(file, 'api-key=hidden\n');
    expect(loadServiceSettings({ OTEL_EXPORTER_OTLP_HEADERS_FILE: file }).otlpHeaders).toEqual({ 'api-key': 'hidden' });
    rmSync(folder, { recursive: true });
    const [problem] = problemsOf({ OTEL_EXPORTER_OTLP_HEADERS: 'a-secret-without-name' });
    expect(problem).toContain('OTEL_EXPORTER_OTLP_HEADERS');
    expect(problem).not.toContain('a-secret');
  });

  it.each([
    ['an endpoint without scheme', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ['gRPC', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    ['a sampler that is none', { OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    ['a share over one', { OTEL_TRACES_SAMPLER_ARG: '10' }, 'OTEL_TRACES_SAMPLER_ARG'],
    ['a file that is not there', { OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such.pem' }, 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    ['a misspelt name', { OTEL_EXPORTER_OTLP_ENDPIONT: 'http://collector' }, 'OTEL_EXPORTER_OTLP_ENDPIONT'],
    ['a name not heeded here', { OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=b' }, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
    ['a name of the batching', { OTEL_BSP_MAX_QUEUE_SIZE: '1' }, 'OTEL_BSP_MAX_QUEUE_SIZE'],
  ])('refuses %s by name', (_, environment, name) => {
    expect(problemsOf(environment as unknown as Record<string, string>)).toEqual([expect.stringContaining(name)]);
  });

  it('leaves names of other signals and of other programs alone', () => {
    const others = {
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector',
      OTEL_LOG_LEVEL: 'info',
      OTEL_PROPAGATORS: 'tracecontext',
    };
    expect(problemsOf(others)).toEqual([]);
  });
});
