import { describe, expect, it } from '@jest/globals';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { SpanExport, type SpanFate } from './span-export.js';

/** Keeps the batches that it is given until it is told what becomes of them. */
class HeldExporter implements SpanExporter {
  readonly held: { spans: ReadableSpan[]; done: (result: ExportResult) => void }[] = [];
  answer: ExportResult | undefined;

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (this.answer) done(this.answer);
    else this.held.push({ spans, done });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const REFUSED = { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') };

function start() {
  const exporter = new HeldExporter();
  const counts: Record<SpanFate, number> = { exported: 0, failed: 0, dropped: 0 };
  const told: string[] = [];
  const spanExport = new SpanExport({
    exporter,
    timeoutMs: 1_000,
    count: (fate, spans) => {
      counts[fate] += spans;
    },
    refused: (reason) => told.push(reason),
    resumed: () => told.push('resumed'),
  });
  const tracer = new TracerProvider({ spanProcessors: [spanExport] }).getTracer('test');
  const end = (count: number): void => {
    for (let i = 0; i < count; i += 1) tracer.startSpan('span').end();
  };
  return { exporter, counts, told, spanExport, end };
}

describe('the export of spans', () => {
  it('keeps no more than it may while the collector does not answer, and counts what it drops', async () => {
    const { exporter, counts, spanExport, end } = start();
    end(10_000);
    expect(exporter.held.map(({ spans }) => spans.length)).toEqual([512]);
    expect(counts).toEqual({ exported: 0, failed: 0, dropped: 10_000 - 512 - 2_048 });
    exporter.answer = { code: ExportResultCode.SUCCESS };
    for (const { spans, done } of exporter.held) {
      expect(spans).toHaveLength(512);
      done(exporter.answer);
    }
    await spanExport.shutdown();
    expect(counts).toEqual({ exported: 512 + 2_048, failed: 0, dropped: 10_000 - 512 - 2_048 });
  });

  it('tells once that the collector takes nothing, and once that it does again', async () => {
    const { exporter, counts, told, spanExport, end } = start();
    exporter.answer = REFUSED;
    for (let i = 0; i < 3; i += 1) {
      end(1);
      await spanExport.forceFlush().catch(() => undefined);
    }
    expect(told).toEqual(['connect ECONNREFUSED']);
    exporter.answer = { code: ExportResultCode.SUCCESS };
    end(2);
    await spanExport.forceFlush();
    exporter.answer = REFUSED;
    end(1);
    await spanExport.forceFlush().catch(() => undefined);
    expect(told).toEqual(['connect ECONNREFUSED', 'resumed', 'connect ECONNREFUSED']);
    expect(counts).toEqual({ exported: 2, failed: 4, dropped: 0 });
  });
});
