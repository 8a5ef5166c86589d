import { FlexibleReader, FlexibleWriter } from './flexible-protocol.js';

/** Who commits: the broker refuses a member that has left, or that speaks of an earlier generation of its group. */
export interface Membership {
  memberId: string;
  generation: number;
}

export type Offsets = ReadonlyMap<number, bigint>;

/** Refused by the broker with a code that stands in the protocol's list of errors. */
class BrokerRefused extends Error {
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
  [14, ['GROUP_LOAD_IN_PROGRESS', true]],
  [15, ['GROUP_COORDINATOR_NOT_AVAILABLE', true]],
  [16, ['NOT_COORDINATOR_FOR_GROUP', true]],
  [22, ['ILLEGAL_GENERATION', false]],
  [25, ['UNKNOWN_MEMBER_ID', false]],
  [27, ['REBALANCE_IN_PROGRESS', false]],
  [30, ['GROUP_AUTHORIZATION_FAILED', false]],
  [47, ['INVALID_PRODUCER_EPOCH', false]],
  [49, ['INVALID_PRODUCER_ID_MAPPING', false]],
  [51, ['CONCURRENT_TRANSACTIONS', true]],
  [53, ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false]],
  [88, ['UNSTABLE_OFFSET_COMMIT', true]],
  [90, ['PRODUCER_FENCED', false]],
]);

const TXN_OFFSET_COMMIT = 28;
const OFFSET_FETCH = 9;

/** A broker of kafkajs, with what lies behind its typed face. */
export interface Coordinator {
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

export interface TransactionalOffsets {
  transactionalId: string;
  groupId: string;
  producerId: string | number;
  producerEpoch: number;
  topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[];
}

/** Adds offsets to a transaction as a member of the group (TxnOffsetCommit 3, KIP-447). */
export async function commitInTransaction(
  coordinator: Coordinator,
  { transactionalId, groupId, producerId, producerEpoch, topics }: TransactionalOffsets,
  { memberId, generation }: Membership,
): Promise<void> {
  const body = new FlexibleWriter()
    .tags()
    .string(transactionalId)
    .string(groupId)
    .int64(BigInt(producerId))
    .int16(producerEpoch)
    .int32(generation)
    .string(memberId)
    .string(null);
  body.list(topics, ({ topic, partitions }) => {
    body.string(topic).list(partitions, ({ partition, offset }) => {
      body.int32(partition).int64(BigInt(offset)).int32(-1).string(null).tags();
    });
    body.tags();
  });
  const codes = await exchange(coordinator, TXN_OFFSET_COMMIT, 3, 'TxnOffsetCommit', body.tags(), (answer) => {
    answer.int32();
    return answer
      .list(() => {
        answer.string();
        const found = answer.list(() => {
          answer.int32();
          const code = answer.int16();
          answer.tags();
          return code;
        });
        answer.tags();
        return found;
      })
      .flat();
  });
  const refused = codes.find((code) => code !== 0);
  if (refused !== undefined) throw new BrokerRefused('TxnOffsetCommit', refused);
}

/**
 * What the group has committed in partitions of a topic (OffsetFetch 7); nothing for those it never did. Rejects with
 * UNSTABLE_OFFSET_COMMIT, to be asked again, while a transaction that would move one of them is open.
 */
export async function stableOffsets(
  coordinator: Coordinator,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Offsets> {
  const body = new FlexibleWriter().tags().string(groupId);
  body.list([topic], (name) => {
    body.string(name).list(partitions, (partition) => body.int32(partition));
    body.tags();
  });
  const REQUIRE_STABLE = 1;
  const found = await exchange(
    coordinator,
    OFFSET_FETCH,
    7,
    'OffsetFetch',
    body.int8(REQUIRE_STABLE).tags(),
    (answer) => {
      answer.int32();
      const topics = answer.list(() => {
        answer.string();
        const offsets = answer.list(() => {
          const [partition, offset] = [answer.int32(), answer.int64()];
          answer.int32();
          answer.string();
          const code = answer.int16();
          answer.tags();
          return { partition, offset, code };
        });
        answer.tags();
        return offsets;
      });
      return { offsets: topics.flat(), code: answer.int16() };
    },
  );
  const refused = [found.code, ...found.offsets.map(({ code }) => code)].find((code) => code !== 0);
  if (refused !== undefined) throw new BrokerRefused('OffsetFetch', refused);
  return new Map(
    found.offsets.filter(({ offset }) => offset >= 0n).map(({ partition, offset }) => [partition, offset]),
  );
}

async function exchange<T>(
  broker: Coordinator,
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
