import type { EventOf, ReasonClass, Topic } from '@newsmill/contracts';
import type { StageFault } from './fault.js';

/** An event to be written to one of the stage's topics. */
export type Emission<T extends Topic = Topic> = T extends Topic
  ? { readonly kind: 'emit'; readonly topic: T; readonly event: EventOf<T> }
  : never;

/** Nothing to do for this event; not a fault and not a fact about the article. */
export interface Skip {
  readonly kind: 'skip';
  readonly reason: string;
}

/** A fact about the article: it is not one, may not be fetched, is too large … It ends here. */
export interface Reject {
  readonly kind: 'reject';
  readonly reason: string;
  readonly reasonClass?: ReasonClass;
}

/**
 * Not now. The handler has kept the event and puts it on the stage's topic again, headers and all, when its time has come;
 * it is answered for then, and not before.
 */
export interface Defer {
  readonly kind: 'defer';
  readonly reason: string;
}

/** A sink's effect is in its own database. */
export interface Done {
  readonly kind: 'done';
  readonly result: string;
  readonly articleId?: string | undefined;
}

/** A fault of this one event, its neighbours are fine: it is retried alone. */
export interface Fail {
  readonly kind: 'fail';
  readonly fault: StageFault;
}

export function emit<T extends Topic>(topic: T, event: EventOf<T>): Emission<T> {
  return { kind: 'emit', topic, event } as Emission<T>;
}

export function skip(reason: string): Skip {
  return { kind: 'skip', reason };
}

/** @param reasonClass under which it is counted and found; it is put before the reason */
export function reject(reason: string, reasonClass?: ReasonClass): Reject {
  return { kind: 'reject', reason, ...(reasonClass !== undefined && { reasonClass }) };
}

export function defer(reason: string): Defer {
  return { kind: 'defer', reason };
}

export function done(result: string, articleId?: string): Done {
  return { kind: 'done', result, articleId };
}

export function fail(fault: StageFault): Fail {
  return { kind: 'fail', fault };
}
