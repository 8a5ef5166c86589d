/** Which settings of the services the chart gives itself, and which are the values' to give. */
import { serviceSettings, type Setting } from '@newsmill/service';
import { services } from '@newsmill/standalone';

/** Settings that the chart derives from its own values: connections, keys, files, and what a pod is. */
export const ownedByChart: ReadonlySet<string> = new Set([
  'NEWSMILL_HTTP_HOST',
  'NEWSMILL_HTTP_PORT',
  'NEWSMILL_TRANSPORT',
  'NEWSMILL_KAFKA_BROKERS',
  'NEWSMILL_KAFKA_SECURITY_PROTOCOL',
  'NEWSMILL_KAFKA_SASL_MECHANISM',
  'NEWSMILL_KAFKA_SASL_USERNAME',
  'NEWSMILL_KAFKA_SASL_PASSWORD',
  'NEWSMILL_KAFKA_SASL_PLAIN_IN_CLEAR',
  'NEWSMILL_KAFKA_CA_FILE',
  'NEWSMILL_KAFKA_CERT_FILE',
  'NEWSMILL_KAFKA_KEY_FILE',
  'NEWSMILL_DATABASE_URL',
  'NEWSMILL_DATABASE_PASSWORD',
  'NEWSMILL_TOPIC_PREFIX',
  'NEWSMILL_MIGRATE',
  'NEWSMILL_SHUTDOWN_MS',
  'NEWSMILL_PUSH',
  'NEWSMILL_API_KEY',
  'NEWSMILL_KEYS_FILE',
  'NEWSMILL_QUERY_URL',
  'NEWSMILL_SOURCES_FILE',
  'NEWSMILL_PUBLISHERS_DIR',
  'NEWSMILL_ADMIN_KEY',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_CERTIFICATE',
]);

/** Settings that every service has. */
export const commonSettings: readonly Setting[] = Object.values(serviceSettings);

/** Every setting that a service reads, by the service's name. */
export const settingsByService: ReadonlyMap<string, readonly Setting[]> = new Map(
  services.map(({ name, settings }) => [name, [...commonSettings, ...Object.values(settings)]]),
);

/** Those of them that values may give under their own name. */
export function freeSettings(settings: readonly Setting[]): Setting[] {
  return settings.filter(({ env }) => !ownedByChart.has(env));
}
