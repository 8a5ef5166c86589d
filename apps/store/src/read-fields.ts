import { Problem } from '@newsmill/service/problem';
import type { z } from 'zod';

/** @throws Problem 400 that names each wrong field */
export function readFields<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const errors = found.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    detail: message,
  }));
  throw new Problem(400, 'the request does not fit', errors);
}
