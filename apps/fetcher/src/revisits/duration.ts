import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `90s`, `30m`, `6h` or `7d`, in milliseconds. */
export const duration = z.string().transform((text, context): number => readDuration(text) ?? refuse(context, text));

/** Times that grow, comma-separated, in milliseconds; `off` is none. */
export const growingDurations = z.string().transform((text, context): readonly number[] => {
  if (text.trim() === 'off') return [];
  const times = text.split(',').map((item) => readDuration(item.trim()) ?? refuse(context, item.trim()));
  if (times.some((time, index) => index > 0 && time <= times[index - 1]!)) {
    context.addIssue({ code: 'custom', message: 'must grow from one to the next' });
  }
  return times;
});

function readDuration(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit]!;
}

function refuse(context: z.RefinementCtx, text: string): never {
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is no time: use a number and s, m, h or d` });
  return z.NEVER;
}
