import { describe, expect, it } from '@jest/globals';
import { articleParsed, pageFetched } from '@newsmill/contracts';
import { defineStage, type LogRecord, readTraceContext, traceHeaders, toHeaders } from '@newsmill/stage';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { LinkedSampler } from './linked-sampler.js';
import { OtelTracing } from './otel-tracing.js';
import { inSpan } from './tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const SAMPLED = readTraceContext(`00-${TRACE}-${SPAN}-01`, 'desk=1')!;
const UNSAMPLED = readTraceContext(`00-${TRACE}-${SPAN}-00`, 'desk=1')!;

const parse = defineStage({ name: 'parse', description: 'test', reads: pageFetched, writes: [articleParsed] });

function start(sampler: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() })) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new LinkedSampler(sampler),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracing = new OtelTracing({ provider, version: '1', system: 'kafka' });
  const batch = (...records: LogRecord[]) =>
    tracing.stages.begin(parse, 'n.parse', { topic: 'n.page', partition: 3, records });
  return { tracing, batch, spans: () => exporter.getFinishedSpans() };
}

function recordOf(offset: number, trace?: Parameters<typeof traceHeaders>[0]): LogRecord {
  const headers = trace === undefined ? {} : toHeaders(traceHeaders(trace));
  return { topic: 'n.page', partition: 3, offset: BigInt(offset), timestamp: 0, key: null, value: null, headers };
}

const emitted = { id: 'p', outcome: 'emitted' as const };
const linksOf = ({ links }: ReadableSpan) => links.map(({ context }) => context.spanId);
const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === name);

describe('spans of a stage', () => {
  it('has one span of an event that comes alone: a child of what it came of, with its state passed on', () => {
    const { batch, spans } = start();
    const trace = batch(recordOf(7, SAMPLED));
    trace.end([{ ...emitted, receiptId: 'r1', articleId: 'a1' }]);
    const [span] = spans();
    expect(spans()).toHaveLength(1);
    expect(span!.spanContext().traceId).toBe(TRACE);
    expect(span!.parentSpanContext).toMatchObject({ spanId: SPAN, isRemote: true });
    expect(span!.attributes).toEqual({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'parse',
      'messaging.destination.name': 'n.page',
      'messaging.destination.partition.id': '3',
      'messaging.consumer.group.name': 'n.parse',
      'messaging.kafka.offset': 7,
      'newsmill.receipt_id': 'r1',
      'newsmill.article_id': 'a1',
      'newsmill.outcome': 'emitted',
    });
    expect(trace.contexts).toEqual([
      expect.objectContaining({ traceparent: `00-${TRACE}-${span!.spanContext().spanId}-01`, tracestate: 'desk=1' }),
    ]);
  });

  it('has a span of the whole batch that links to what each event came of; each event continues its own trace', () => {
    const { batch, spans } = start();
    const other = readTraceContext(`00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`)!;
    const trace = batch(recordOf(1, SAMPLED), recordOf(2, other), recordOf(3));
    trace.end([emitted, emitted, { ...emitted, outcome: 'dead', errorClass: 'handler' }]);
    const [whole] = named(spans(), 'parse batch');
    const events = named(spans(), 'parse news.page.fetched.v1');
    expect(linksOf(whole!)).toEqual([SPAN, 'd'.repeat(16)]);
    expect(whole!.parentSpanContext).toBeUndefined();
    expect(events.map((span) => span.parentSpanContext?.spanId)).toEqual([SPAN, 'd'.repeat(16), undefined]);
    expect(events.map((span) => span.spanContext().traceId).slice(0, 2)).toEqual([TRACE, 'c'.repeat(32)]);
    for (const span of events) expect(linksOf(span)).toEqual([whole!.spanContext().spanId]);
    expect(events[2]!.attributes['error.type']).toBe('handler');
    expect(events[2]!.status.code).toBe(2);
  });

  it('begins a trace that links to the earlier one, of an event that is sent again', () => {
    const { batch, spans } = start();
    batch(recordOf(1, { ...SAMPLED, isEarlier: true })).end([emitted]);
    const [span] = spans();
    expect(span!.spanContext().traceId).not.toBe(TRACE);
    expect(span!.parentSpanContext).toBeUndefined();
    expect(linksOf(span!)).toEqual([SPAN]);
  });

  it('knows the span of the only event at work, else that of the batch, also across waits', async () => {
    const { tracing, batch } = start();
    const trace = batch(recordOf(1, SAMPLED), recordOf(2));
    const idAt = (events: number[]) =>
      trace.within(events, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return tracing.logFields()['span_id'];
      });
    const [alone, second, both] = await Promise.all([idAt([0]), idAt([1]), idAt([0, 1])]);
    expect(trace.contexts[0]!.traceparent).toContain(alone!);
    expect(trace.contexts[1]!.traceparent).toContain(second!);
    expect(new Set([alone, second, both]).size).toBe(3);
    expect(tracing.logFields()).toEqual({});
  });

  it('ends the spans of a batch that is handed back', () => {
    const { batch, spans } = start();
    batch(recordOf(1), recordOf(2)).handBack();
    expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual(Array(3).fill('handed-back'));
  });
});

describe('sampling', () => {
  it('records nothing of what was sampled out, and passes it on as that', () => {
    const { batch, spans } = start();
    const trace = batch(recordOf(1, UNSAMPLED), recordOf(2, UNSAMPLED));
    trace.end([emitted, emitted]);
    expect(spans()).toEqual([]);
    for (const { traceparent, tracestate } of trace.contexts) {
      expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
      expect(tracestate).toBe('desk=1');
    }
  });

  it('records the batch of an event whose trace is recorded, whatever the share of others', () => {
    const rarely = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0) });
    const { batch, spans } = start(rarely);
    batch(recordOf(1, UNSAMPLED), recordOf(2, SAMPLED)).end([emitted, emitted]);
    expect(spans().map(({ name }) => name)).toEqual(['parse news.page.fetched.v1', 'parse batch']);
    expect(spans()[0]!.parentSpanContext?.spanId).toBe(SPAN);
  });

  it('records nothing with always_off, whatever the sender says', () => {
    const { batch, spans } = start(new AlwaysOffSampler());
    batch(recordOf(1, SAMPLED), recordOf(2, SAMPLED)).end([emitted, emitted]);
    expect(spans()).toEqual([]);
  });
});

describe('a span of other work', () => {
  it('is a child of the span within which it is opened, unless it begins a trace', async () => {
    const { tracing, spans } = start();
    await inSpan(tracing, 'look', { parent: 'none' }, async (look) => {
      tracing.open('get').end();
      tracing.open('send', { parent: 'none', links: [tracing.current()] }).end();
      look.set({ 'newsmill.outcome': 'new', 'newsmill.door': undefined });
    });
    const [get, send, look] = spans();
    expect(get!.parentSpanContext).toMatchObject({ spanId: look!.spanContext().spanId });
    expect(send!.parentSpanContext).toBeUndefined();
    expect(send!.spanContext().traceId).not.toBe(look!.spanContext().traceId);
    expect(linksOf(send!)).toEqual([look!.spanContext().spanId]);
    expect(look!.attributes).toEqual({ 'newsmill.outcome': 'new' });
  });

  it('tells the class of a fault and not what it says', async () => {
    const { tracing, spans } = start();
    const fault = Object.assign(new Error('connect https://user:secret@host/?key=1'), { code: 'ECONNREFUSED' });
    await expect(inSpan(tracing, 'get', {}, () => Promise.reject(fault))).rejects.toBe(fault);
    expect(spans()[0]!.attributes).toEqual({ 'error.type': 'ECONNREFUSED' });
    expect(JSON.stringify([spans()[0]!.status, spans()[0]!.events])).not.toContain('secret');
  });
});
