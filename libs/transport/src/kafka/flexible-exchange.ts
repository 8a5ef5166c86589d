import { FlexibleReader, type FlexibleWriter } from './flexible-protocol.js';

/** Refused by the broker with a code that stands in the protocol's list of errors. */
export class BrokerRefused extends Error {
  override readonly name = 'BrokerRefused';
  readonly type: string;
  readonly retriable: boolean;

  constructor(
    request: string,
    readonly code: number,
  ) {
    const [type, retriable] = ERRORS.get(code) ?? [`ERROR_${code}`, false];
    super(`${request}: ${type}`);
    this.type = type;
    this.retriable = retriable;
  }
}

/** Errors of these requests, and whether the same request can succeed later (Kafka protocol, error codes). */
const ERRORS = new Map<number, [type: string, retriable: boolean]>([
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', true]],
  [6, ['NOT_LEADER_OR_FOLLOWER', true]],
  [14, ['GROUP_LOAD_IN_PROGRESS', true]],
  [15, ['GROUP_COORDINATOR_NOT_AVAILABLE', true]],
  [16, ['NOT_COORDINATOR_FOR_GROUP', true]],
  [22, ['ILLEGAL_GENERATION', false]],
  [25, ['UNKNOWN_MEMBER_ID', false]],
  [27, ['REBALANCE_IN_PROGRESS', false]],
  [29, ['TOPIC_AUTHORIZATION_FAILED', false]],
  [30, ['GROUP_AUTHORIZATION_FAILED', false]],
  [31, ['CLUSTER_AUTHORIZATION_FAILED', false]],
  [47, ['INVALID_PRODUCER_EPOCH', false]],
  [49, ['INVALID_PRODUCER_ID_MAPPING', false]],
  [51, ['CONCURRENT_TRANSACTIONS', true]],
  [53, ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false]],
  [88, ['UNSTABLE_OFFSET_COMMIT', true]],
  [90, ['PRODUCER_FENCED', false]],
]);

/** A broker of kafkajs, with what lies behind its typed face. */
export interface RawBroker {
  connectionPool: {
    send(exchange: {
      request: {
        apiKey: number;
        apiVersion: number;
        apiName: string;
        encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
      };
      response: { decode(answer: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
    }): Promise<unknown>;
  };
}

/**
 * Sends a request that kafkajs does not know, and reads its answer.
 *
 * @param body begins behind the name of the client
 */
export async function exchange<T>(
  broker: RawBroker,
  apiKey: number,
  apiVersion: number,
  apiName: string,
  body: FlexibleWriter,
  read: (answer: FlexibleReader) => T,
): Promise<T> {
  const buffer = body.toBuffer();
  const answer = await broker.connectionPool.send({
    // kafkajs writes the header up to the client's name; the header's tags begin the body.
    request: { apiKey, apiVersion, apiName, encode: async () => ({ buf: buffer, buffer }) },
    response: {
      decode: async (payload) => {
        const reader = new FlexibleReader(payload);
        reader.tags();
        return read(reader);
      },
      parse: async (decoded) => decoded,
    },
  });
  return answer as T;
}
