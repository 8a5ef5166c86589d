import type { EventOf, ReasonClass, Subject } from '@newsmill/contracts';
import type { Death } from './dead-letter.js';
import type { EventMeta, Stage } from './define-stage.js';
import type { StageFault } from './fault.js';
import type { LogRecord, NewRecord } from './transport.js';

/** What became of an event. */
export type Verdict =
  | { outcome: 'emitted'; records: NewRecord[]; articleId: string | undefined }
  | { outcome: 'done'; reason: string; articleId: string | undefined }
  | { outcome: 'skipped' | 'deferred'; reason: string }
  | { outcome: 'rejected'; reason: string; reasonClass?: ReasonClass | undefined }
  | { outcome: 'dead'; death: Death };

/** One event on its way through the batch. */
export interface Slot<S extends Stage> {
  /** In the batch, from 0. */
  place: number;
  record: LogRecord;
  meta: EventMeta;
  event?: EventOf<S['reads']>;
  subject: Subject;
  /** Calls of the handler that included it and failed, and when. */
  failures: number;
  firstFailedAt: number;
  /** The fault that the handler returned for it last. */
  lastFault?: StageFault;
  verdict?: Verdict;
}
