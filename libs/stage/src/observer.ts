import type { ErrorClass, ReasonClass } from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import type { TraceContext } from './trace-context.js';

/** One settled event, as metrics and logs see it. */
export interface SettledEvent {
  id: string;
  receiptId?: string | undefined;
  articleId?: string | undefined;
  outcome: 'emitted' | 'done' | 'skipped' | 'rejected' | 'deferred' | 'dead';
  reason?: string | undefined;
  reasonClass?: ReasonClass | undefined;
  /** Of a dead letter. */
  errorClass?: ErrorClass | undefined;
  /** Topics on which it has put an event, one entry for each event. */
  writes?: readonly string[] | undefined;
  /** How often it, or what it came of, has been taken out of the dead letters. */
  redrives?: number | undefined;
  /** The dead letter that it was; absent for what came of one. */
  redrivenFrom?: string | undefined;
  /** A replay brought it: it has been answered for before. */
  isReplayed?: true;
  /** Its span, or the one that it came of where none was made. */
  trace?: TraceContext | undefined;
}

/** What a runner tells while it works. Each event is told in `settled` exactly once for each committed delivery. */
export interface StageObserver {
  settled?(stage: Stage, events: readonly SettledEvent[], seconds: number): void;
  /** One call of the handler is over, whatever came of it. */
  handled?(stage: Stage, seconds: number): void;
  retrying?(stage: Stage, errorClass: ErrorClass, message: string, events: number, delayMs: number): void;
  /** @param reason what was said when it was last asked */
  paused?(stage: Stage, dependency: string, reason: string): void;
  resumed?(stage: Stage): void;
}
