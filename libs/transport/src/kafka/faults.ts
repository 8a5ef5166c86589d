/** The connection ended while the broker committed. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Answers of the broker after which this producer can never send again, though the next one can. */
const POISONED = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);
/** kafkajs does not know this code of Kafka 2.7 and later. */
const PRODUCER_FENCED_CODE = 90;

/** Faults of connections and brokers by the names of kafkajs; some of them it calls not retriable once it gave up. */
const TRANSIENT = new Set([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
]);

/** The broker's word for what went wrong (`UNKNOWN_TOPIC_OR_PARTITION`), wherever in the chain of causes it stands. */
export function brokerCode(error: unknown): string | undefined {
  for (const link of causes(error)) {
    if (link['code'] === PRODUCER_FENCED_CODE) return 'PRODUCER_FENCED';
    if (typeof link['type'] === 'string') return link['type'];
  }
  return undefined;
}

/** Whether the producer has to be replaced. */
export function isPoisoned(error: unknown): boolean {
  return POISONED.has(brokerCode(error) ?? '');
}

/** Answers to a commit that a member gets while its group forms anew or its coordinator moves. */
export const REFORMING: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** Whether another producer has taken the transactional id over, or the coordinator has ended its transaction. */
export function isFenced(error: unknown): boolean {
  return ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH'].includes(brokerCode(error) ?? '');
}

/** Whether the same call can succeed later: the broker is away, moves, or is short of replicas. */
export function isTransient(error: unknown): boolean {
  return causes(error).some((link) => TRANSIENT.has(String(link['name'])) || link['retriable'] === true);
}

function causes(error: unknown): Record<string, unknown>[] {
  const chain: Record<string, unknown>[] = [];
  for (let link = error; link instanceof Error && chain.length < 10; link = link.cause) {
    chain.push(link as unknown as Record<string, unknown>);
  }
  return chain;
}
