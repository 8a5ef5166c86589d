import type { StageTracer, TraceContext } from '@newsmill/stage';
import type { SpanAttributes, SpanName } from './spans.js';

/** The {@link Tracing} of the process. */
export const TRACING = Symbol('TRACING');

export interface SpanOptions {
  /** In place of what the table says, where that names something that differs from span to span. */
  name?: string;
  /** What it continues; `none` begins a trace. Default: the span within which it is opened, if there is one. */
  parent?: TraceContext | 'none' | undefined;
  links?: readonly (TraceContext | undefined)[];
  attributes?: SpanAttributes;
}

/** A span that has begun. */
export interface OpenSpan {
  /** What comes of it continues from here. Without tracing: the given parent. */
  readonly context: TraceContext | undefined;
  set(attributes: SpanAttributes): void;
  /** Something that happens in the middle of it. */
  note(what: 'retry', attributes: SpanAttributes): void;
  /** @param fault what was thrown, if the work failed: its class is noted, not its message */
  end(fault?: unknown): void;
}

/**
 * Where spans are made, and where the current one is known. Everything else of the system sees this port; the SDK of
 * OpenTelemetry is loaded only when tracing is on.
 */
export interface Tracing {
  readonly isOn: boolean;
  /** Makes the spans of stages; `undefined` when tracing is off. */
  readonly stages: StageTracer | undefined;
  open(span: SpanName, options?: SpanOptions): OpenSpan;
  /** Does the work within a context: spans opened by it are its children, log lines carry its ids. */
  within<T>(context: TraceContext | undefined, work: () => T): T;
  /** The context of the work under way. */
  current(): TraceContext | undefined;
  /** What a log line says of it. */
  logFields(): Record<string, string>;
  /** Exports what has ended; gives up after so many milliseconds. */
  close(withinMs: number): Promise<void>;
}

/** Does the work within a span that ends with it. */
export async function inSpan<T>(
  tracing: Tracing,
  name: SpanName,
  options: SpanOptions,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const span = tracing.open(name, options);
  try {
    const result = await tracing.within(span.context, () => work(span));
    span.end();
    return result;
  } catch (thrown) {
    span.end(thrown);
    throw thrown;
  }
}

class PassedOn implements OpenSpan {
  constructor(readonly context: TraceContext | undefined) {}
  set(): void {}
  note(): void {}
  end(): void {}
}

const NOTHING = new PassedOn(undefined);

/** Makes no spans; what came in with a context is passed on with it. */
export const NO_TRACING: Tracing = {
  isOn: false,
  stages: undefined,
  open: (_, { parent } = {}) => (parent === undefined || parent === 'none' ? NOTHING : new PassedOn(parent)),
  within: (_, work) => work(),
  current: () => undefined,
  logFields: () => ({}),
  close: () => Promise.resolve(),
};
