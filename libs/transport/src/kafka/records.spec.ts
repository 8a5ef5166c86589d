import { describe, expect, it } from '@jest/globals';
import { type AbortedTransaction, hideAborted, offsetBehind, type RawMessage, toLogRecord } from './records.js';

const message = (offset: number, batch: Partial<RawMessage['batchContext']> = {}, marker = false): RawMessage => ({
  key: null,
  value: Buffer.from(`${offset}`),
  offset: `${offset}`,
  timestamp: '1700000000000',
  isControlRecord: marker,
  batchContext: { firstOffset: `${offset}`, lastOffsetDelta: 0, producerId: '-1', inTransaction: false, ...batch },
});
const inTransaction = (offset: number, producerId: string) => message(offset, { producerId, inTransaction: true });
const marker = (offset: number, producerId: string) => message(offset, { producerId, inTransaction: true }, true);
const offsets = (messages: RawMessage[]) => messages.map(({ offset }) => Number(offset));

/** What is left to be seen. */
function committedOnly(messages: RawMessage[], aborted: AbortedTransaction[]): RawMessage[] {
  hideAborted(messages, aborted);
  return messages.filter(({ isControlRecord }) => !isControlRecord);
}

describe('hideAborted', () => {
  it('hides the records of transactions that aborted, up to their marker', () => {
    const messages = [
      message(0),
      inTransaction(1, '7'),
      inTransaction(2, '8'),
      marker(3, '7'),
      inTransaction(4, '7'),
      marker(5, '8'),
      marker(6, '7'),
    ];
    expect(offsets(committedOnly(messages, [{ producerId: '7', firstOffset: '1' }]))).toEqual([0, 2, 4]);
  });

  it('knows transactions that began before the first message, several at once and in any order', () => {
    const messages = [
      inTransaction(10, '8'),
      inTransaction(11, '7'),
      message(12),
      marker(13, '8'),
      inTransaction(14, '8'),
    ];
    const aborted = [
      { producerId: '8', firstOffset: '6' },
      { producerId: '7', firstOffset: '5' },
    ];
    expect(offsets(committedOnly(messages, aborted))).toEqual([12, 14]);
  });

  it('takes a record whose key looks like a marker for a record', () => {
    const found = { ...inTransaction(1, '7'), key: Buffer.from([0, 0, 0, 0]) };
    expect(offsets(committedOnly([found, inTransaction(2, '7')], [{ producerId: '7', firstOffset: '1' }]))).toEqual([]);
    expect(offsets(committedOnly([{ ...found, isControlRecord: false }], []))).toEqual([1]);
  });
});

describe('offsetBehind', () => {
  it('counts what compaction took from the tail of the last batch', () => {
    expect(offsetBehind([message(3), message(5, { firstOffset: '4', lastOffsetDelta: 9 })])).toBe(14n);
    expect(offsetBehind([])).toBeUndefined();
  });
});

describe('toLogRecord', () => {
  it('keeps bytes, and the last of two headers of one name', () => {
    const headers = { a: Buffer.from([1]), b: [Buffer.from('old'), Buffer.from('new')], none: null };
    expect(toLogRecord('t', 2, { ...message(9), headers })).toEqual({
      topic: 't',
      partition: 2,
      key: null,
      value: Buffer.from('9'),
      headers: { a: Buffer.from([1]), b: Buffer.from('new'), none: Buffer.alloc(0) },
      offset: 9n,
      timestamp: 1_700_000_000_000,
    });
  });
});
