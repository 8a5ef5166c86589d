/** What an attribute of a span says, by its name: OpenTelemetry's semantic conventions, and ours under `newsmill.`. */
export const spanAttributes = {
  'http.request.method': 'The method.',
  'http.route': 'The route, never the address: ids and query strings are left out.',
  'http.response.status_code': 'The status of the answer.',
  'server.address': 'The host that was asked, without its port.',
  'messaging.system': '`kafka`, or `postgres` where topics live there.',
  'messaging.operation.type': '`process` or `send`.',
  'messaging.operation.name': 'The stage, or `send`.',
  'messaging.destination.name': "The topic's address, with the deployment's prefix.",
  'messaging.destination.partition.id': 'The partition.',
  'messaging.consumer.group.name': "The stage's consumer group.",
  'messaging.kafka.offset': 'The offset in the partition.',
  'messaging.batch.message_count': 'Events of the batch.',
  'newsmill.receipt_id': 'The receipt of what was received; `/v1/receipts/{id}` answers for it.',
  'newsmill.article_id': 'The article; `/v1/articles/{id}`.',
  'newsmill.revision': "The article's revision.",
  'newsmill.door': 'Where it came in: `push`, `feed`, `revisit`.',
  'newsmill.outcome':
    'What became of it: as in `newsmill_stage_events_total`, of a look as in `newsmill_feed_polls_total`.',
  'newsmill.reason_class': 'Why it was rejected or died, from the closed list.',
  'newsmill.replayed': '`true`: a replay brought it.',
  'newsmill.redrives': 'How often it has been taken out of the dead letters.',
  'newsmill.webhook_id': 'The webhook.',
  'error.type': 'The class of the fault, from a closed list or the name of the error. Never its message.',
} as const;

export type SpanAttribute = keyof typeof spanAttributes;

/** Values by attribute; those that are `undefined` are left out. */
export type SpanAttributes = Readonly<Partial<Record<SpanAttribute, string | number | boolean | undefined>>>;

interface SpanDefinition {
  /** As it reads in a trace. */
  name: string;
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  by: string;
  doc: string;
  attributes: readonly SpanAttribute[];
}

/** Every span that newsmill makes. The documents are made of this table (docs/traces.md). */
export const spans = {
  request: {
    name: '<method> <route>',
    kind: 'server',
    by: 'every service',
    doc: 'A request to the HTTP server; continues the trace of its `traceparent`. Health, metrics and the stream of changes have none.',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
  },
  look: {
    name: 'look at feed',
    kind: 'internal',
    by: 'fetcher',
    doc: 'One look at a feed or sitemap; a trace of its own.',
    attributes: ['server.address', 'newsmill.outcome', 'error.type'],
  },
  send: {
    name: 'send <topic>',
    kind: 'producer',
    by: 'fetcher (its doors), store (its outbox)',
    doc:
      'One thing put on the log. Of a push: a child of its request. Of a feed, or of a revisit: it begins the trace of the thing, and links to ' +
      'the look that found it. Of the outbox: a child of the span of `store` that made the change.',
    attributes: [
      'messaging.system',
      'messaging.operation.type',
      'messaging.operation.name',
      'messaging.destination.name',
      'newsmill.door',
      'newsmill.receipt_id',
      'newsmill.article_id',
      'newsmill.revision',
      'error.type',
    ],
  },
  process: {
    name: '<stage> <topic>',
    kind: 'consumer',
    by: 'every stage',
    doc:
      'One event handled by a stage, from its delivery to its outcome, tries included; a child of the span that it came of, with a link to its ' +
      'batch. An event sent again by a replay or a redrive begins a trace that links to the earlier one.',
    attributes: [
      'messaging.system',
      'messaging.operation.type',
      'messaging.operation.name',
      'messaging.destination.name',
      'messaging.destination.partition.id',
      'messaging.consumer.group.name',
      'messaging.kafka.offset',
      'newsmill.receipt_id',
      'newsmill.article_id',
      'newsmill.outcome',
      'newsmill.reason_class',
      'newsmill.replayed',
      'newsmill.redrives',
      'error.type',
    ],
  },
  batch: {
    name: '<stage> batch',
    kind: 'consumer',
    by: 'every stage',
    doc:
      'A batch of two events or more, which a stage handles together: a trace of its own, with a link to the span that each of its events came of. ' +
      'Log lines that are of no single event carry its ids.',
    attributes: [
      'messaging.system',
      'messaging.operation.type',
      'messaging.operation.name',
      'messaging.destination.name',
      'messaging.destination.partition.id',
      'messaging.consumer.group.name',
      'messaging.batch.message_count',
      'error.type',
    ],
  },
  relay: {
    name: 'relay outbox',
    kind: 'internal',
    by: 'store',
    doc: 'Changes that are put on the public topics together; links to the span that each of them came of.',
    attributes: ['messaging.system', 'messaging.batch.message_count', 'error.type'],
  },
  get: {
    name: 'GET',
    kind: 'client',
    by: 'fetcher',
    doc: "A page or feed that is fetched, the wait for its host's turn and redirects included. No header of ours goes to the site.",
    attributes: ['http.request.method', 'server.address', 'http.response.status_code', 'error.type'],
  },
  webhook: {
    name: 'POST webhook',
    kind: 'client',
    by: 'store',
    doc: 'One try of a delivery; a child of the `send` of its change. The target gets it as `traceparent`.',
    attributes: [
      'http.request.method',
      'server.address',
      'http.response.status_code',
      'newsmill.webhook_id',
      'newsmill.article_id',
      'error.type',
    ],
  },
} as const satisfies Record<string, SpanDefinition>;

export type SpanName = keyof typeof spans;
