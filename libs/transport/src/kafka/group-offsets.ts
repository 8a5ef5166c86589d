import { BrokerRefused, exchange, type RawBroker } from './flexible-exchange.js';
import { FlexibleWriter } from './flexible-protocol.js';

/** Who commits: the broker refuses a member that has left, or that speaks of an earlier generation of its group. */
export interface Membership {
  memberId: string;
  generation: number;
}

export type Offsets = ReadonlyMap<number, bigint>;

const TXN_OFFSET_COMMIT = 28;
const OFFSET_FETCH = 9;

export interface TransactionalOffsets {
  transactionalId: string;
  groupId: string;
  producerId: string | number;
  producerEpoch: number;
  topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[];
}

/** Adds offsets to a transaction as a member of the group (TxnOffsetCommit 3, KIP-447). */
export async function commitInTransaction(
  coordinator: RawBroker,
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
  body.structures(topics, ({ topic, partitions }) => {
    body.string(topic).structures(partitions, ({ partition, offset }) => {
      body.int32(partition).int64(BigInt(offset)).int32(-1).string(null);
    });
  });
  const codes = await exchange(coordinator, TXN_OFFSET_COMMIT, 3, 'TxnOffsetCommit', body.tags(), (answer) => {
    answer.int32();
    return answer.ofPartitions(() => answer.int16());
  });
  const refused = codes.find((code) => code !== 0);
  if (refused !== undefined) throw new BrokerRefused('TxnOffsetCommit', refused);
}

/**
 * What the group has committed in partitions of a topic (OffsetFetch 7); nothing for those it never did. Rejects with
 * UNSTABLE_OFFSET_COMMIT, to be asked again, while a transaction that would move one of them is open.
 */
export async function stableOffsets(
  coordinator: RawBroker,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<Offsets> {
  const body = new FlexibleWriter().tags().string(groupId).partitionsOf(topic, partitions);
  const REQUIRE_STABLE = 1;
  const found = await exchange(
    coordinator,
    OFFSET_FETCH,
    7,
    'OffsetFetch',
    body.int8(REQUIRE_STABLE).tags(),
    (answer) => {
      answer.int32();
      const offsets = answer.ofPartitions((partition) => {
        const offset = answer.int64();
        answer.int32();
        answer.string();
        return { partition, offset, code: answer.int16() };
      });
      return { offsets, code: answer.int16() };
    },
  );
  const refused = [found.code, ...found.offsets.map(({ code }) => code)].find((code) => code !== 0);
  if (refused !== undefined) throw new BrokerRefused('OffsetFetch', refused);
  return new Map(
    found.offsets.filter(({ offset }) => offset >= 0n).map(({ partition, offset }) => [partition, offset]),
  );
}
