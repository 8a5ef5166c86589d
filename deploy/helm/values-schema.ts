/** `values.schema.json` of the chart: closed everywhere, so that a misspelt value is refused and not ignored. */
import type { Setting } from '@newsmill/service';
import { commonSettings, freeSettings, settingsByService } from './chart-settings.ts';

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const flag = { type: 'boolean' };
const count = { type: 'integer', minimum: 0 };
const port = { type: 'integer', minimum: 1, maximum: 65_535 };
const ports = list(port);
const texts = { type: 'object', additionalProperties: text };
/** Objects of Kubernetes, whose own schema says what is in them. */
const any = { type: 'object' };
const peers = list(any);

const image = {
  registry: text,
  repository: text,
  tag: text,
  digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
};
const sasl = {
  mechanism: oneOf('scram-sha-512', 'scram-sha-256', 'plain'),
  username: text,
  existingSecret: text,
  usernameKey: text,
  passwordKey: text,
  plainInClear: flag,
};
const kafkaTls = { caSecret: text, caKey: text, clientSecret: text, certKey: text, keyKey: text };
const login = { sasl: closed(sasl), tls: closed(kafkaTls) };
const database = {
  existingSecret: text,
  urlKey: text,
  host: text,
  port,
  name: text,
  usernameKey: text,
  passwordKey: text,
  sslMode: oneOf('verify-full', 'disable'),
  tls: closed({ caSecret: text, caKey: text }),
};
const quantity = { type: ['string', 'number'] };
const amounts = { type: 'object', additionalProperties: quantity };
const resources = closed({ requests: amounts, limits: amounts });
const probe = closed({
  initialDelaySeconds: count,
  periodSeconds: count,
  timeoutSeconds: count,
  failureThreshold: count,
});
const pod = {
  podAnnotations: texts,
  podLabels: texts,
  nodeSelector: texts,
  tolerations: list(any),
  affinity: any,
  topologySpreadConstraints: list(any),
  priorityClassName: text,
  extraEnv: list(any),
  revisionHistoryLimit: count,
  heapPercentage: { type: 'integer', minimum: 10, maximum: 80 },
  shutdownMs: { type: 'integer', minimum: 0, maximum: 600_000 },
  terminationGracePeriodSeconds: count,
  tmpSize: quantity,
  podDisruptionBudget: closed({ enabled: flag, maxUnavailable: { type: ['integer', 'string'] } }),
  probes: closed({ startup: probe, liveness: probe, readiness: probe }),
};
const replicas = { type: 'integer', minimum: 1 };
const scale = { enabled: flag, minReplicas: replicas, maxReplicas: replicas };
const hpa = closed({ ...scale, targetCPUUtilization: { type: 'integer', minimum: 1, maximum: 100 } });
const keda = closed({ ...scale, lagThreshold: { type: 'integer', minimum: 1 } });
const service = closed({
  type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
  port,
  annotations: texts,
});
const endpoint = { service, preStopSeconds: { type: 'integer', minimum: 0, maximum: 600 } };

/** The schema that belongs to the settings as they are defined now. */
export function valuesSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the newsmill chart',
    ...closed({
      global: any,
      nameOverride: text,
      fullnameOverride: text,
      commonLabels: texts,
      image: closed({
        ...image,
        layout: oneOf('service', 'single'),
        pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
        pullSecrets: list(text),
      }),
      topicPrefix: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$' },
      settings: settingsSchema(commonSettings),
      kafka: closed({
        brokers: list({ type: 'string', pattern: '^[^:,\\s]+:[0-9]{1,5}$' }),
        securityProtocol: oneOf('ssl', 'sasl_ssl', 'plaintext', 'sasl_plaintext'),
        ...login,
      }),
      database: closed(database),
      admin: closed({ existingSecret: text, key: text }),
      traces: closed({
        endpoint: { type: 'string', pattern: '^(https?://\\S+)?$' },
        existingSecret: text,
        key: text,
        tls: closed({ caSecret: text, caKey: text }),
      }),
      jobs: closed({
        style: oneOf('hook', 'gitops'),
        gitopsAnnotations: texts,
        activeDeadlineSeconds: { type: 'integer', minimum: 1 },
        backoffLimit: count,
        resources,
        image: closed(image),
      }),
      topics: closed({
        provision: oneOf('job', 'strimzi', 'none'),
        partitions: { type: 'object', additionalProperties: replicas },
        job: closed({ replicationFactor: count, minInsyncReplicas: count, ...login }),
      }),
      migration: closed({ provision: oneOf('job', 'service', 'none'), database: closed(database) }),
      strimzi: closed({
        apiVersion: oneOf('kafka.strimzi.io/v1', 'kafka.strimzi.io/v1beta2'),
        cluster: text,
        namespace: text,
        topics: closed({
          replicas,
          minInsyncReplicas: replicas,
          config: { type: 'object', additionalProperties: { type: 'object' } },
        }),
        users: closed({ enabled: flag }),
      }),
      defaults: closed(pod),
      fetcher: serviceSchema('fetcher', {
        ...endpoint,
        database: closed(database),
        push: closed({
          enabled: flag,
          existingSecret: text,
          key: text,
          keysSecret: text,
          keysKey: text,
          queryUrl: text,
        }),
        sources: closed({ list: list({ type: ['string', 'object'] }), existingConfigMap: text, key: text }),
      }),
      parser: serviceSchema('parser', {
        hpa,
        publishers: closed({
          rules: {
            type: 'object',
            propertyNames: { pattern: '^[A-Za-z0-9._-]+\\.json$' },
            additionalProperties: { type: ['object', 'string'] },
          },
          existingConfigMap: text,
        }),
      }),
      enricher: serviceSchema('enricher', { hpa }),
      store: serviceSchema('store', {
        ...endpoint,
        database: closed(database),
        webhooks: closed({ targets: peers, ports }),
      }),
      scaling: closed({ scaleDownStabilizationSeconds: count }),
      keda: closed({ authenticationRef: text, pollingInterval: count, evenDistribution: flag }),
      serviceAccount: closed({ create: flag, name: text, annotations: texts }),
      networkPolicy: closed({
        enabled: flag,
        dns: closed({ to: peers }),
        kafka: closed({ to: atLeastOne(peers), extraPorts: ports }),
        database: closed({ to: atLeastOne(peers), ports }),
        web: closed({ to: peers, ports }),
        otlp: closed({ to: peers, port, extraPorts: ports }),
        push: closed({ from: peers }),
        query: closed({ from: peers }),
        monitoring: closed({ from: peers }),
      }),
      monitoring: closed({
        podMonitor: closed({ enabled: flag }),
        serviceMonitor: closed({ enabled: flag }),
        labels: texts,
        interval: text,
        prometheusRule: closed({
          enabled: flag,
          runbooksUrl: { type: 'string', pattern: '^(https?://\\S+)?$' },
          extraGroups: list(any),
        }),
        dashboards: closed({ enabled: flag, labels: texts, annotations: texts }),
      }),
      ingress: closed({ enabled: flag, className: text, push: ingressHost(), query: ingressHost() }),
      httpRoute: closed({
        enabled: flag,
        parentRefs: list(any),
        push: closed({ hostnames: list(text) }),
        query: closed({ hostnames: list(text) }),
      }),
      tests: closed({
        enabled: flag,
        existingSecret: text,
        key: text,
        timeoutSeconds: { type: 'integer', minimum: 1 },
      }),
      toolbox: closed({
        enabled: flag,
        resources,
        extraEnv: list(any),
        kafka: closed(login),
        database: closed(database),
      }),
      extraObjects: list({ type: ['object', 'string'] }),
    }),
  };
}

function serviceSchema(name: string, own: Record<string, Schema>): Schema {
  return closed({
    ...pod,
    replicas,
    resources,
    image: closed(image),
    settings: settingsSchema(settingsByService.get(name) ?? []),
    kafka: closed(login),
    keda,
    ...own,
  });
}

/** Settings by their own names; their text is read by the service. */
function settingsSchema(settings: readonly Setting[]): Schema {
  return closed(
    Object.fromEntries(
      freeSettings(settings).map(({ env, doc, default: value }) => [
        env,
        { type: ['string', 'number', 'boolean'], description: value ? `${doc} Default: ${value}` : doc },
      ]),
    ),
  );
}

function ingressHost(): Schema {
  return closed({ host: text, tlsSecret: text, annotations: texts });
}

/** An object with these fields and no others. */
function closed(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, properties };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** An empty list of peers is none in Kubernetes' eyes, which lets everything through. */
function atLeastOne(peerList: Schema): Schema {
  return { ...peerList, minItems: 1 };
}

function oneOf(...values: readonly string[]): Schema {
  return { enum: values };
}
