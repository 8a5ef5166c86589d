import type { ErrorClass } from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import type { SettledEvent } from './observer.js';
import type { TraceContext } from './trace-context.js';
import type { Batch } from './transport.js';

/** Makes the spans of what a runner does. Without one, events pass the context on that they came with. */
export interface StageTracer {
  /** @param group the consumer group */
  begin(stage: Stage, group: string, batch: Batch): BatchSpans;
}

/** The spans of one batch and of its events, from the delivery until the events have their outcomes. */
export interface BatchSpans {
  /** The span of each event, in their order: what comes of it continues from there. */
  readonly contexts: readonly TraceContext[];
  /** Does the work within the span of the only event among them, or else of the batch. @param events their places */
  within<T>(events: readonly number[], work: () => T): T;
  /** They are tried again. */
  retrying(events: readonly number[], errorClass: ErrorClass): void;
  /** All have their outcomes, which are about to be published. */
  end(settled: readonly SettledEvent[]): void;
  /** The batch is handed back and comes again. */
  handBack(): void;
}
