import { Problem } from '@newsmill/service/problem';
import { type ChangeLog, PlaceNotKept } from './change-log.js';
import { readChangeCursor } from './cursor.js';

/**
 * The place in the change log that a cursor names: behind an entry, `latest` for its end, `earliest` or nothing for the
 * oldest entry that is kept.
 * @throws Problem 400 when it is no cursor, 410 when what comes behind it is not kept
 */
export async function placeOf(log: ChangeLog, cursor: string | undefined, pointer = '/cursor'): Promise<number> {
  const head = await log.head();
  if (cursor === undefined || cursor === 'earliest') return head.keptAfter;
  if (cursor === 'latest') return head.lastSeq;
  const place = readChangeCursor(cursor);
  if (place === undefined) {
    const detail = 'use "next" of an answer, the cursor of a change, "latest" or "earliest"';
    throw new Problem(400, 'the cursor is not one of ours', [{ pointer, detail }]);
  }
  if (place.logId !== head.logId || place.seq < head.keptAfter || place.seq > head.lastSeq) throw gone();
  return place.seq;
}

/** Where what a subscriber has not seen is lost to it, it has to begin again. */
export function gone(): Problem {
  return new Problem(
    410,
    'what comes behind this cursor is not kept any more: read GET /v1/state to its end, replace what you have by it, ' +
      'then go on from the cursor that it gives as "changes"',
  );
}

/** Runs a reading of the log. @throws Problem 410 when the place has been forgotten meanwhile */
export async function reading<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof PlaceNotKept) throw gone();
    throw error;
  }
}
