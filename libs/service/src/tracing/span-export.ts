import { AsyncLocalStorage } from 'node:async_hooks';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';

/** Spans that wait for the collector at most, those on their way to it left aside; what comes beyond is dropped. */
const QUEUE = 2_048;
/** Most spans of one export. */
const BATCH = 512;
/** Milliseconds for which a span waits for others to go with. */
const DELAY_MS = 1_000;

/** What became of spans. */
export type SpanFate = 'exported' | 'failed' | 'dropped';

export interface SpanExportOptions {
  exporter: SpanExporter;
  /** Milliseconds an export may take. */
  timeoutMs: number;
  count(fate: SpanFate, spans: number): void;
  /** The collector does not take spans. Told once for each time that it ceases to. */
  refused(reason: string): void;
  /** It takes them again. */
  resumed(): void;
}

/** Brings ended spans to the collector in batches: in the background, with a bound on what waits, and accounted for. */
export class SpanExport implements SpanProcessor {
  private readonly batches: BatchSpanProcessor;
  private waiting = 0;
  /** What is done here is of no span, although the end of one sets it off. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(private readonly options: SpanExportOptions) {
    this.batches = new BatchSpanProcessor({
      exporter: new AccountingExporter(options, (spans) => {
        this.waiting -= spans;
      }),
      maxQueueSize: QUEUE,
      maxExportBatchSize: BATCH,
      scheduledDelayMillis: DELAY_MS,
      // The exporter has its own limit, which ends first and tells why.
      exportTimeoutMillis: options.timeoutMs + 5_000,
    });
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.waiting >= QUEUE) {
      this.options.count('dropped', 1);
      return;
    }
    this.waiting += 1;
    this.outside(() => this.batches.onEnd(span));
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }
}

class AccountingExporter implements SpanExporter {
  private isRefused = false;

  constructor(
    private readonly options: SpanExportOptions,
    private readonly taken: (spans: number) => void,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const { exporter, count } = this.options;
    this.taken(spans.length);
    exporter.export(spans, (result) => {
      const isExported = result.code === ExportResultCode.SUCCESS;
      count(isExported ? 'exported' : 'failed', spans.length);
      this.tell(isExported, result.error);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.options.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.options.exporter.shutdown();
  }

  private tell(isExported: boolean, error: (Error & { code?: unknown }) | undefined): void {
    if (isExported === !this.isRefused) return;
    this.isRefused = !isExported;
    if (isExported) this.options.resumed();
    else this.options.refused(reasonOf(error));
  }
}

/** Without what the collector answered, which is its own to log. */
function reasonOf(error: (Error & { code?: unknown }) | undefined): string {
  const { message = 'no reason was given', code } = error ?? {};
  return typeof code === 'number' ? `${code} ${message}` : message;
}
