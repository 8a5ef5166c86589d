import type { ReplayPoint } from '@newsmill/stage';
import { CommandError } from './command-error.js';

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/**
 * Reads where a replay begins or ends: `earliest`, a time (ISO 8601), an age (`7d`, `36h`, `30m`), an offset of every
 * partition, or offsets of the partitions that are meant (`0:120,3:77`).
 * @param now milliseconds since the epoch
 * @throws CommandError
 */
export function replayPoint(option: string, text: string, now: number): ReplayPoint {
  if (text === 'earliest') return 'earliest';
  const age = /^(\d{1,6})([dhm])$/.exec(text);
  if (age) return { time: now - Number(age[1]) * UNIT_MS[age[2] as keyof typeof UNIT_MS] };
  if (/^\d{1,18}$/.test(text)) return { offset: BigInt(text) };
  if (/^\d{1,6}:\d{1,18}(,\d{1,6}:\d{1,18})*$/.test(text)) {
    const pairs = text.split(',').map((pair) => pair.split(':') as [string, string]);
    return { offsets: Object.fromEntries(pairs.map(([partition, offset]) => [partition, BigInt(offset)])) };
  }
  // A date begins with its year: Date.parse takes much else for a time.
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) {
    throw new CommandError(
      `${option} "${text}": use a time (ISO 8601), an age such as 7d or 36h, an offset, partition:offset, or earliest`,
      2,
    );
  }
  return { time };
}
