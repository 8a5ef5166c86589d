import { describe, expect, it } from '@jest/globals';
import { hangingTransactions, unchangedTransactions } from './hanging-transactions.js';
import type { OpenTransaction, Transactions } from './transport.js';

const MINUTE_MS = 60_000;

function open(startOffset: bigint, minutesAgo: number, changes: Partial<OpenTransaction> = {}): OpenTransaction {
  const lastWriteAt = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - minutesAgo * MINUTE_MS;
  const producer = { producerId: 7n, producerEpoch: 0, coordinatorEpoch: -1 };
  return { topic: 't', partition: 0, ...producer, startOffset, lastWriteAt, ...changes };
}

function log(...answers: OpenTransaction[][]): Transactions {
  return {
    open: async (topic) => answers.shift()!.filter((transaction) => transaction.topic === topic),
    abort: () => Promise.reject(new Error('nothing is aborted here')),
  };
}

describe('transactions that hang', () => {
  it('are those to which nothing was written for long', async () => {
    const found = [open(1n, 5), open(2n, 0)];
    expect(await hangingTransactions(log(found), 't')).toEqual([found[0]]);
  });

  it('are not those that only seem so by another clock: they end, go on or begin anew', async () => {
    const seen = [
      open(1n, 5),
      open(2n, 5, { producerId: 8n }),
      open(3n, 5, { partition: 1 }),
      open(4n, 5, { topic: 'u' }),
    ];
    const later = [open(1n, 5), open(2n, 4, { producerId: 8n }), open(9n, 5, { partition: 1 })];
    expect(await unchangedTransactions(log(later, []), seen)).toEqual([later[0]]);
  });
});
