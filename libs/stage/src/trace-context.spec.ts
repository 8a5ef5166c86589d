import { describe, expect, it } from '@jest/globals';
import { redriven } from './dead-letter.js';
import { markReplayed } from './replay-marker.js';
import { readTraceContext, traceHeaders, traceOf } from './trace-context.js';
import type { LogRecord } from './transport.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function recordWith(headers: Record<string, string>): LogRecord {
  return {
    topic: 't',
    partition: 0,
    offset: 0n,
    timestamp: 0,
    key: null,
    value: null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])),
  };
}

describe('a trace context as it is received (W3C Trace Context)', () => {
  it.each([
    ['upper case', PARENT.toUpperCase()],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['a span id of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
    ['the version that is forbidden', `ff${PARENT.slice(2)}`],
    ['more than version 00 has', `${PARENT}-more`],
    ['nothing', ''],
    ['a log forger', `${PARENT}\nnext line`],
  ])('is none: %s', (_, text) => {
    expect(readTraceContext(text)).toBeUndefined();
  });

  it('is read of a later version as far as it is known', () => {
    expect(readTraceContext(`01${PARENT.slice(2)}-more`)).toEqual({ traceparent: `01${PARENT.slice(2)}` });
  });

  it('is passed on without a state that is too long', () => {
    expect(readTraceContext(PARENT, 'a=1')).toEqual({ traceparent: PARENT, tracestate: 'a=1' });
    expect(readTraceContext(PARENT, `a=${'1'.repeat(511)}`)).toEqual({ traceparent: PARENT });
  });
});

describe('a trace context on an event', () => {
  it('stands as the CloudEvents extension and as the header that Kafka clients read', () => {
    const headers = traceHeaders({ traceparent: PARENT, tracestate: 'a=1' });
    expect(headers).toEqual({
      traceparent: PARENT,
      ce_traceparent: PARENT,
      tracestate: 'a=1',
      ce_tracestate: 'a=1',
    });
    expect(traceOf(recordWith(headers))).toEqual({ traceparent: PARENT, tracestate: 'a=1' });
  });

  it('is taken from the attribute where the header cannot be read, and from the header where both can', () => {
    const other = PARENT.replace('b7ad', 'c8be');
    expect(traceOf(recordWith({ traceparent: 'broken', ce_traceparent: PARENT }))).toEqual({ traceparent: PARENT });
    expect(traceOf(recordWith({ traceparent: other, ce_traceparent: PARENT }))).toEqual({ traceparent: other });
    expect(traceOf(recordWith({}))).toBeUndefined();
  });

  it.each([
    ['a replay', (record: LogRecord) => markReplayed(record, 'news.page.fetched.v1', '1')],
    [
      'a second replay',
      (record: LogRecord) => markReplayed(markReplayed(record, 'news.page.fetched.v1', '1'), 'x', '2'),
    ],
    ['a redrive', (record: LogRecord) => redriven('id', record)],
  ])('becomes an earlier one by %s: what comes of it links to it, and does not continue it', (_, again) => {
    const headers = { ...traceHeaders({ traceparent: PARENT, tracestate: 'a=1' }), dead_topic: 'parse', ce_id: '1' };
    const sent = again(recordWith(headers));
    expect(traceOf(sent)).toEqual({ traceparent: PARENT, isEarlier: true });
    expect(Object.keys(sent.headers).filter((name) => /trace/.test(name))).toEqual(['newsmill_earlier_traceparent']);
    expect(sent.headers['ce_id']!.toString()).toBe('1');
    expect(traceHeaders(traceOf(sent)!)).toEqual({ newsmill_earlier_traceparent: PARENT });
  });
});
