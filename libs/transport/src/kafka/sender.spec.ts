import { describe, expect, it } from '@jest/globals';
import type { PartitionerArgs, PartitionMetadata, Producer } from './client.js';
import { type PartitionBatch, ProducerSender, UnknownPartition } from './sender.js';

type Batch = Parameters<Producer['sendBatch']>[0];

const metadata = (leaders: number[]): PartitionMetadata[] =>
  leaders.map((leader, partitionId) => ({ partitionErrorCode: 0, partitionId, leader, replicas: [], isr: [] }));

/** A producer that routes as kafkajs does: all messages first, then one request; `answer` may throw. */
function senderOn(leaders: Record<string, number[]>, answer: (places: string[]) => string[] = (places) => places) {
  const requests: string[][] = [];
  const produce = (partitioner: (args: PartitionerArgs) => number) => {
    const sendBatch = async ({ topicMessages = [] }: Batch) => {
      const places = topicMessages.flatMap(({ topic, messages }) =>
        messages.map((message) => {
          const partitionMetadata = metadata(leaders[topic] ?? []);
          return `${topic}/${partitioner({ topic, partitionMetadata, message })}`;
        }),
      );
      requests.push(places);
      return answer([...new Set(places)]).map((place) => {
        const [topicName = '', partition] = place.split('/');
        return { topicName, partition: Number(partition), errorCode: 0 };
      });
    };
    return { connect: async () => undefined, sendBatch } as unknown as Producer;
  };
  return { sender: new ProducerSender({ produce, timeoutMs: 1_000, compressionOf: () => 0 }), requests };
}

const batch = (place: string): PartitionBatch => {
  const [topic = '', partition] = place.split('/');
  return { topic, partition: Number(partition), messages: [{ value: place }], bytes: 10 };
};
const brokerFault = (type: string) => Object.assign(new Error(type), { type });

describe('ProducerSender', () => {
  it('sends partitions of one leader, of several topics, in one request', async () => {
    const { sender, requests } = senderOn({ a: [1, 1], b: [1] });
    expect(await sender.send(['a/0', 'a/1', 'b/0'].map(batch))).toEqual([undefined, undefined, undefined]);
    expect(requests).toEqual([['a/0', 'a/1', 'b/0']]);
  });

  it('never puts partitions of several leaders into one request, and heeds it when a leader moves', async () => {
    const leaders = { a: [1, 2, 1] };
    const { sender, requests } = senderOn(leaders);
    const all = ['a/0', 'a/1', 'a/2'].map(batch);
    await sender.send(all);
    expect(requests.splice(0)).toEqual([['a/0'], ['a/1'], ['a/2']]);
    await sender.send(all);
    expect(requests.splice(0)).toEqual([['a/0', 'a/2'], ['a/1']]);
    leaders.a = [2, 2, 1];
    await sender.send(all);
    expect(requests.splice(0)).toEqual([['a/1'], ['a/0'], ['a/2']]);
    await sender.send(all);
    expect(requests.splice(0)).toEqual([['a/0', 'a/1'], ['a/2']]);
  });

  it('sends one by one what a broker refused together, so that each batch has its own answer', async () => {
    const { sender, requests } = senderOn({ a: [1, 1, 1] }, (places) => {
      if (places.includes('a/1')) throw brokerFault('MESSAGE_TOO_LARGE');
      return places;
    });
    const faults = await sender.send(['a/0', 'a/1', 'a/2'].map(batch));
    expect(faults.map((fault) => fault?.message)).toEqual([undefined, 'MESSAGE_TOO_LARGE', undefined]);
    expect(requests).toEqual([['a/0', 'a/1', 'a/2'], ['a/0'], ['a/1'], ['a/2']]);
  });

  it('tells every batch of a request whose broker does not answer, without a second try', async () => {
    const { sender, requests } = senderOn({ a: [1, 1] }, () => {
      throw Object.assign(new Error('gone'), { name: 'KafkaJSConnectionClosedError' });
    });
    const faults = await sender.send(['a/0', 'a/1'].map(batch));
    expect(faults.map((fault) => fault?.message)).toEqual(['gone', 'gone']);
    expect(requests).toHaveLength(1);
  });

  it('takes for stored only what the answer names, and sends nothing of it again', async () => {
    const { sender, requests } = senderOn({ a: [1, 1] }, (places) => places.filter((place) => place !== 'a/1'));
    const faults = await sender.send(['a/0', 'a/1'].map(batch));
    expect(faults).toEqual([undefined, new UnknownPartition('a', 1)]);
    expect(requests).toHaveLength(1);
  });

  it('sends nothing to a partition that the producer has not heard of', async () => {
    const { sender, requests } = senderOn({ a: [1] });
    const faults = await sender.send(['a/0', 'a/5'].map(batch));
    expect(faults).toEqual([undefined, new UnknownPartition('a', 5)]);
    expect(requests).toEqual([['a/0']]);
  });
});
