import { REDRIVEN_FROM_HEADER, REDRIVES_HEADER, toldReason } from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import { header } from './envelope.js';
import type { SettledEvent } from './observer.js';
import { replayOf } from './replay-marker.js';
import type { Slot } from './slot.js';
import type { LogRecord } from './transport.js';

/** Longest reason in an outcome event, in characters: one event holds a whole batch. */
const MAX_REASON = 500;

/** What observers are told of an event. */
export function toSettledEvent<S extends Stage>({ record, meta, subject, verdict }: Slot<S>): SettledEvent {
  const [redrives, redrivenFrom] = [redrivesOf(record), header(record, REDRIVEN_FROM_HEADER)];
  const known = verdict!;
  const classOf =
    known.outcome === 'dead'
      ? known.death.fault.reasonClass
      : known.outcome === 'rejected'
        ? known.reasonClass
        : undefined;
  const reason =
    known.outcome === 'emitted'
      ? undefined
      : known.outcome === 'dead'
        ? `${classOf ?? known.death.fault.errorClass}: ${known.death.fault.message}`
        : toldReason(known.reason, classOf);
  const articleId = ('articleId' in known ? known.articleId : undefined) ?? subject.articleId;
  return {
    id: subject.id,
    outcome: known.outcome,
    ...(subject.receiptId !== undefined && { receiptId: subject.receiptId }),
    ...(articleId !== undefined && { articleId }),
    ...(reason !== undefined && { reason: reason.slice(0, MAX_REASON) }),
    ...(classOf !== undefined && { reasonClass: classOf }),
    ...(known.outcome === 'dead' && { errorClass: known.death.fault.errorClass }),
    ...(known.outcome === 'emitted' && { writes: known.records.map((output) => header(output, 'ce_type')!) }),
    ...(redrives !== undefined && { redrives }),
    ...(redrivenFrom !== undefined && { redrivenFrom }),
    ...(replayOf(record) !== undefined && { isReplayed: true }),
    ...(meta.trace !== undefined && { trace: meta.trace }),
  };
}

/** What the outcomes topic says of it beside its place; the rest is for this process alone. */
export function toldInOutcomes(
  event: SettledEvent,
): Omit<SettledEvent, 'redrivenFrom' | 'isReplayed' | 'errorClass' | 'writes' | 'trace'> {
  const {
    redrivenFrom: _from,
    isReplayed: _again,
    errorClass: _class,
    writes: _topics,
    trace: _trace,
    ...told
  } = event;
  return told;
}

/** How often it, or what it came of, has been taken out of the dead letters. */
export function redrivesOf(record: LogRecord): number | undefined {
  const redrives = Number(header(record, REDRIVES_HEADER));
  return Number.isInteger(redrives) && redrives > 0 ? redrives : undefined;
}
