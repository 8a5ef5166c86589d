import { errorClass, reasonClass } from '@newsmill/contracts';
import { defineMetrics } from './metric-definition.js';

const STAGES = 'stages of the pipeline';

/** Metrics that every service has. */
export const serviceMetrics = defineMetrics({
  buildInfo: {
    name: 'newsmill_build_info',
    type: 'gauge',
    help: '1; its labels tell the version of newsmill and of Node.js, and which services the process runs.',
    labels: {
      services: 'services of the process, joined by +',
      version: 'the version',
      node: 'the version of Node.js',
    },
  },
  stageEvents: {
    name: 'newsmill_stage_events_total',
    type: 'counter',
    help: 'Events a stage has settled, by outcome.',
    labels: { stage: STAGES, outcome: ['emitted', 'done', 'skipped', 'rejected', 'deferred', 'dead'] },
  },
  stageOutputs: {
    name: 'newsmill_stage_output_events_total',
    type: 'counter',
    help: 'Events a stage has put on the log, by topic; outcomes and dead letters left out.',
    labels: { stage: STAGES, topic: 'topics of the pipeline' },
  },
  stageReasons: {
    name: 'newsmill_stage_reasons_total',
    type: 'counter',
    help: 'Events a stage has rejected or put with the dead letters for a reason of the closed list, by its class.',
    labels: { stage: STAGES, outcome: ['rejected', 'dead'], reason: reasonClass.options },
  },
  stageDeadLetters: {
    name: 'newsmill_stage_dead_letters_total',
    type: 'counter',
    help: 'Events a stage has put with its dead letters, by class of the fault.',
    labels: { stage: STAGES, error_class: errorClass.options },
  },
  stageBatchSeconds: {
    name: 'newsmill_stage_batch_seconds',
    type: 'histogram',
    help: 'Seconds from taking a batch to its commit: handler, retries, pauses and publishing.',
    labels: { stage: STAGES },
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
  },
  stageHandlerSeconds: {
    name: 'newsmill_stage_handler_seconds',
    type: 'histogram',
    help: 'Seconds that one call of the handler of a stage took, whatever came of it.',
    labels: { stage: STAGES },
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
  },
  stageRetries: {
    name: 'newsmill_stage_retries_total',
    type: 'counter',
    help: 'Repeated calls of a handler, by class of the fault.',
    labels: { stage: STAGES, error_class: errorClass.options },
  },
  stagePaused: {
    name: 'newsmill_stage_paused',
    type: 'gauge',
    help: '1 while the stage waits for a dependency that is down.',
    labels: { stage: STAGES, dependency: 'dependencies that the code names' },
  },
  redriven: {
    name: 'newsmill_redriven_total',
    type: 'counter',
    help: 'Events a stage has settled that came back from the dead letters.',
    labels: { stage: STAGES },
  },
  replayed: {
    name: 'newsmill_replayed_events_total',
    type: 'counter',
    help: 'Events a stage has settled that a replay brought, by outcome; neither re-driven nor strays.',
    labels: { stage: STAGES, outcome: ['emitted', 'done', 'skipped', 'rejected', 'dead'] },
  },
  strays: {
    name: 'newsmill_stray_events_total',
    type: 'counter',
    help: 'Events a stage has settled that belong to nothing received at a door, by outcome.',
    labels: { stage: STAGES, outcome: ['emitted', 'done', 'skipped', 'rejected', 'dead'] },
  },
  stageLag: {
    name: 'newsmill_stage_lag',
    type: 'gauge',
    help: 'Events a stage has not committed yet, over all processes; told for the stages that the process hosts.',
    labels: { stage: STAGES },
  },
  stageLagSeconds: {
    name: 'newsmill_stage_lag_seconds',
    type: 'gauge',
    help: 'Age of the oldest event that a stage has not committed yet, over all processes; 0 when none waits.',
    labels: { stage: STAGES },
  },
  transactions: {
    name: 'newsmill_log_transactions_total',
    type: 'counter',
    help: 'Transactions of stages on Kafka, by how they ended: unknown where the answer to the commit is missing.',
    labels: { outcome: ['committed', 'aborted', 'unknown'] },
  },
  hangingTransactions: {
    name: 'newsmill_log_hanging_transactions',
    type: 'gauge',
    help:
      'Transactions in a topic on Kafka of which nothing was written for a minute and that nobody has ended, over all ' +
      'processes: who reads the topic waits for them, and lag does not show it.',
    labels: { topic: 'topics, without the prefix' },
  },
  dependencyUp: {
    name: 'newsmill_dependency_up',
    type: 'gauge',
    help: '1 while a dependency of the process answers in time, 0 while it does not.',
    labels: { dependency: 'log, and databases of the services' },
  },
  poolConnections: {
    name: 'newsmill_database_connections',
    type: 'gauge',
    help: 'Connections of the process to PostgreSQL, by pool and whether they are at work.',
    labels: { pool: 'schemas of the services, and log', state: ['busy', 'idle'] },
  },
  poolWaiting: {
    name: 'newsmill_database_waiting',
    type: 'gauge',
    help: 'Queries that wait for a connection of their pool.',
    labels: { pool: 'schemas of the services, and log' },
  },
  poolLimit: {
    name: 'newsmill_database_connections_limit',
    type: 'gauge',
    help: 'Connections that a pool opens at most.',
    labels: { pool: 'schemas of the services, and log' },
  },
  traceSpans: {
    name: 'newsmill_trace_spans_total',
    type: 'counter',
    help: 'Spans by what became of them: exported, failed (the collector did not take them), dropped (too many waited for it).',
    labels: { fate: ['exported', 'failed', 'dropped'] },
  },
  certificateExpiry: {
    name: 'newsmill_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    help:
      'When certificate files of the settings end, in seconds since the epoch: of a certificate that is shown the first of ' +
      'its chain to end, of authorities the last.',
    labels: { peer: ['kafka', 'postgres'], use: ['authority', 'client'] },
  },
  httpRequests: {
    name: 'newsmill_http_requests_total',
    type: 'counter',
    help: 'Requests answered, by route; addresses that are none count as the route (none).',
    labels: {
      route: 'templates of the routes',
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'],
      status_class: ['1xx', '2xx', '3xx', '4xx', '5xx'],
    },
  },
  httpSeconds: {
    name: 'newsmill_http_request_duration_seconds',
    type: 'histogram',
    help: 'Seconds from the head of a request to the end of its answer; streams count when they end.',
    labels: { route: 'templates of the routes' },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
});
