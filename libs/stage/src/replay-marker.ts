import { topics } from '@newsmill/contracts';
import { asEarlierTrace } from './trace-context.js';
import type { LogRecord } from './transport.js';

/**
 * Set on events of a replay and on all that comes of them: for each topic whose history was run again, in the order of
 * the pipeline, the id of the last replay. Live traffic has none.
 */
export const REPLAY_HEADER = 'newsmill_replay';

/** Replays by the topic that was read again. */
type Replays = Map<string, string>;

/** The replays that an event came through; `undefined` for live traffic. */
export function replayOf(record: Pick<LogRecord, 'headers'>): string | undefined {
  return record.headers[REPLAY_HEADER]?.toString();
}

/** The record as an event of a replay of `topic`, its trace ended. */
export function markReplayed(record: LogRecord, topic: string, replayId: string): LogRecord {
  const replays = parse(replayOf(record) ?? '').set(topic, replayId);
  return { ...record, headers: { ...asEarlierTrace(record.headers), [REPLAY_HEADER]: Buffer.from(format(replays)) } };
}

/**
 * Orders what came of one input: the later replay stands above the earlier one, each above live traffic (the empty
 * text). What was done again nearer to the source decides first: a new annotation of an old parse does not stand above a
 * new parse.
 */
export function compareReplays(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (const { name } of topics) {
    const [x, y] = [left.get(name) ?? '', right.get(name) ?? ''];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function parse(marker: string): Replays {
  const parts = marker.split(',').filter((part) => part !== '');
  return new Map(parts.map((part) => part.split('=', 2) as [string, string]));
}

function format(replays: Replays): string {
  return topics
    .filter(({ name }) => replays.has(name))
    .map(({ name }) => `${name}=${replays.get(name)}`)
    .join(',');
}
