import { CommandError } from './command-error.js';

/** @throws CommandError (2) when the text is no whole number from 1 on */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new CommandError(`${option} "${text}": use a whole number from 1`, 2);
  return value;
}

/** Milliseconds since the epoch. @throws CommandError (2) when the text is no time */
export function timeOf(option: string, text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new CommandError(`${option} "${text}" is not a time: use ISO 8601`, 2);
  return time;
}

/** @throws CommandError (2) when the value is not among the known ones */
export function oneOf<Value extends string>(option: string, text: string, known: readonly Value[]): Value {
  const value = known.find((candidate) => candidate === text);
  if (value === undefined) throw new CommandError(`${option} "${text}": use one of ${known.join(', ')}`, 2);
  return value;
}
