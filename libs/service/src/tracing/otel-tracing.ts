import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { StageFault, type StageTracer, type TraceContext } from '@newsmill/stage';
import { type SpanAttributes, type SpanName, spans } from './spans.js';
import { BatchTrace } from './batch-trace.js';
import type { OpenSpan, SpanOptions, Tracing } from './tracing.js';

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** Ends and exports spans. */
export interface TracerProvider {
  getTracer(name: string, version?: string): Tracer;
  shutdown(): Promise<void>;
}

export interface OtelTracingOptions {
  provider: TracerProvider;
  /** Of newsmill. */
  version: string;
  /** Where topics live. */
  system: string;
}

/**
 * Tracing with OpenTelemetry. Registers nothing globally: the current span is known to this object alone, so that two of
 * them in a process do not see one another.
 */
export class OtelTracing implements Tracing {
  readonly isOn = true;
  readonly stages: StageTracer = {
    begin: (stage, group, batch) => new BatchTrace(this, this.options.system, stage, group, batch),
  };
  private readonly tracer: Tracer;
  private readonly active = new AsyncLocalStorage<TraceContext>();

  constructor(private readonly options: OtelTracingOptions) {
    this.tracer = options.provider.getTracer('newsmill', options.version);
  }

  open(
    name: SpanName,
    { parent = this.active.getStore(), links = [], attributes = {}, ...given }: SpanOptions = {},
  ): OpenSpan {
    const { name: itsName, kind } = spans[name];
    const isContinued = parent !== undefined && parent !== 'none' && !parent.isEarlier;
    const earlier = typeof parent === 'object' && parent.isEarlier ? [parent] : [];
    const context = isContinued ? trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent)) : ROOT_CONTEXT;
    const span = this.tracer.startSpan(
      given.name ?? itsName,
      { kind: KINDS[kind], attributes, links: toLinks([...earlier, ...links]) },
      context,
    );
    return new OtelSpan(span);
  }

  within<T>(context: TraceContext | undefined, work: () => T): T {
    return context === undefined ? work() : this.active.run(context, work);
  }

  current(): TraceContext | undefined {
    return this.active.getStore();
  }

  logFields(): Record<string, string> {
    const context = this.active.getStore();
    if (context === undefined) return {};
    const { traceparent } = context;
    return {
      trace_id: traceparent.slice(3, 35),
      span_id: traceparent.slice(36, 52),
      trace_flags: traceparent.slice(53, 55),
    };
  }

  async close(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    // A collector that does not answer has been told of already.
    await Promise.race([this.options.provider.shutdown().catch(() => undefined), over]);
    clearTimeout(timer);
  }
}

/** The context of a span made here. */
class OwnContext implements TraceContext {
  readonly traceparent: string;
  readonly tracestate: string | undefined;

  constructor(readonly spanContext: SpanContext) {
    const { traceId, spanId, traceFlags, traceState } = spanContext;
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags < 16 ? '0' : ''}${traceFlags.toString(16)}`;
    this.tracestate = traceState?.serialize() || undefined;
  }
}

class OtelSpan implements OpenSpan {
  readonly context: OwnContext;

  constructor(private readonly span: Span) {
    this.context = new OwnContext(span.spanContext());
  }

  set(attributes: SpanAttributes): void {
    if (!this.span.isRecording()) return;
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) this.span.setAttribute(name, value);
    }
    if (attributes['error.type'] !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  note(what: string, attributes: SpanAttributes): void {
    if (this.span.isRecording()) this.span.addEvent(what, attributes);
  }

  end(fault?: unknown): void {
    if (fault !== undefined) this.set({ 'error.type': classOf(fault) });
    this.span.end();
  }
}

function spanContextOf(context: TraceContext): SpanContext {
  if (context instanceof OwnContext) return context.spanContext;
  const { traceparent, tracestate } = context;
  return {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    // The one flag that is defined, besides that of random ids, which is not ours to vouch for.
    traceFlags: Number.parseInt(traceparent.slice(53, 55), 16) & 1,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: new TraceState(tracestate) }),
  };
}

function toLinks(contexts: readonly (TraceContext | undefined)[]): Link[] {
  return contexts.filter((context) => context !== undefined).map((context) => ({ context: spanContextOf(context) }));
}

/** From a closed list: codes of systems, classes of faults, names of errors. */
function classOf(fault: unknown): string {
  if (fault instanceof StageFault) return fault.errorClass;
  if (!(fault instanceof Error)) return 'thrown';
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' ? code : fault.name;
}
