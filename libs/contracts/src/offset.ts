import { z } from 'zod';

/** Place of a record in its partition. */
export const offset = z.string().regex(/^\d+$/).describe('a whole number as text: offsets pass what JSON numbers hold');
