import {
  type CompressionTypes,
  compressionOf,
  type KafkaClient,
  type Message,
  type PartitionerArgs,
  type PartitionMetadata,
  type Producer,
  REQUEST_TIMEOUT_MS,
} from './client.js';
import { brokerCode } from './faults.js';

/** Neighbouring records of one partition; they become one batch on the log. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: Message[];
  /** Size before compression. */
  bytes: number;
}

/** Sends with one producer id: a batch that is sent again, unchanged, is stored once. */
export interface Sender {
  /**
   * Gives, for each batch, the fault when it may not have been stored on all in-sync replicas. Only the same batch can
   * be sent next to the partition of one that failed, as it would count as that one; else the sender is used no more.
   *
   * @param batches at most one a partition. Never call it twice at once.
   */
  send(batches: readonly PartitionBatch[]): Promise<(Error | undefined)[]>;
}

/** The producer's view of the topic is older than the partition. Nothing was sent. */
export class UnknownPartition extends Error {
  override readonly name = 'UnknownPartition';

  constructor(topic: string, partition: number) {
    super(`partition ${partition} of ${topic} is not known yet`);
  }
}

/** Partitions of one request have leaders of their own. Nothing was sent. */
class LeadersDiffer extends Error {
  override readonly name = 'LeadersDiffer';
}

/** A kafkajs message on its way: its partitioner looks here. */
interface Routed extends Message {
  request: { first: Routed | undefined; leader: number | undefined };
}

/** A producer, or the transaction that it has open. */
export type BatchProducer = Pick<Producer, 'sendBatch'>;

export interface ProducerSenderOptions {
  /** Makes the producer with the partitioner that it is given. */
  produce(partitioner: (args: PartitionerArgs) => number): BatchProducer;
  timeoutMs: number;
  /** By bytes of the request before compression. */
  compressionOf(bytes: number): CompressionTypes;
}

/**
 * One request a broker. kafkajs keeps one list of answers over its retries: over several brokers it would send again
 * what one of them has stored, and leave out a partition that moves to one that has answered. And one refused partition
 * fails a request as a whole, without being named: then the batches go again one by one, and those that were stored are
 * known to the broker by their sequence numbers.
 */
export class ProducerSender implements Sender {
  private readonly producer: BatchProducer;
  private readonly known = new Map<string, PartitionMetadata[]>();

  constructor(private readonly options: ProducerSenderOptions) {
    this.producer = options.produce((args) => this.route(args));
  }

  async send(batches: readonly PartitionBatch[]): Promise<(Error | undefined)[]> {
    const faults = new Map<PartitionBatch, Error>();
    const groups = Map.groupBy(batches, ({ topic, partition }) => this.leaderOf(topic, partition));
    await Promise.all([...groups.values()].map((group) => this.sendGroup(group, faults)));
    return batches.map((batch) => faults.get(batch));
  }

  private async sendGroup(group: readonly PartitionBatch[], faults: Map<PartitionBatch, Error>): Promise<void> {
    try {
      const stored = await this.request(group);
      for (const batch of group) {
        const { topic, partition } = batch;
        if (!stored.has(`${topic}/${partition}`)) faults.set(batch, new UnknownPartition(topic, partition));
      }
    } catch (error) {
      if (group.length > 1 && isOfOne(error)) {
        await Promise.all(group.map((batch) => this.sendGroup([batch], faults)));
      } else {
        for (const batch of group) faults.set(batch, error as Error);
      }
    }
  }

  /** @returns what the broker has stored, as `topic/partition` */
  private async request(batches: readonly PartitionBatch[]): Promise<Set<string>> {
    const request: Routed['request'] = { first: undefined, leader: undefined };
    const topics = Map.groupBy(batches, ({ topic }) => topic);
    const topicMessages = [...topics].map(([topic, ofTopic]) => ({
      topic,
      messages: ofTopic.flatMap(({ partition, messages }) =>
        messages.map((message): Routed => ({ ...message, partition, request })),
      ),
    }));
    request.first = topicMessages[0]?.messages[0];
    const answers = await this.producer.sendBatch({
      topicMessages,
      acks: -1,
      timeout: this.options.timeoutMs,
      compression: this.options.compressionOf(batches.reduce((sum, { bytes }) => sum + bytes, 0)),
    });
    return new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
  }

  /** Called for each message at each attempt, before anything of the attempt is sent. */
  private route({ topic, partitionMetadata, message }: PartitionerArgs): number {
    const { partition, request } = message as Routed;
    this.known.set(topic, partitionMetadata);
    const leader = this.leaderOf(topic, partition!);
    // kafkajs drops, in silence, what goes to a partition that it has not heard of.
    if (leader === undefined) throw new UnknownPartition(topic, partition!);
    if (message === request.first) request.leader = leader;
    if (request.leader !== leader) throw new LeadersDiffer(`${topic}/${partition} is led by ${leader}`);
    return partition!;
  }

  private leaderOf(topic: string, partition: number): number | undefined {
    return this.known.get(topic)?.find(({ partitionId }) => partitionId === partition)?.leader;
  }
}

/** Whether a part of the request is to blame; else it is the way to the broker. */
function isOfOne(fault: unknown): boolean {
  return fault instanceof LeadersDiffer || fault instanceof UnknownPartition || brokerCode(fault) !== undefined;
}

/** Connects an idempotent producer. */
export async function openSender(client: KafkaClient): Promise<Sender> {
  let producer!: Producer;
  const sender = new ProducerSender({
    produce: (partitioner) => (producer = client.producer(partitioner)),
    timeoutMs: REQUEST_TIMEOUT_MS,
    compressionOf,
  });
  await producer.connect();
  return { send: (batches) => sender.send(batches) };
}
