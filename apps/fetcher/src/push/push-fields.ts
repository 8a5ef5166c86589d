import { type FieldProblem, Problem } from '@newsmill/service';
import { InvalidUrl, normalizeUrl } from '@newsmill/web';
import { z } from 'zod';
import { pointerOf } from './json-text.js';

/** Most wrong fields that one answer names. */
const MOST_ERRORS = 20;

/** An address that a page stands at. */
export const webAddress = z.string('must be a string').superRefine((url, context) => {
  try {
    normalizeUrl(url);
  } catch (error) {
    if (!(error instanceof InvalidUrl)) throw error;
    context.addIssue({ code: 'custom', message: error.message.slice(0, 300) });
  }
});

/** A publisher's own id of an article: any text, as it is. */
export const guid = z
  .string('must be a string')
  .max(512, 'must have at most 512 characters')
  .refine(
    (text) => text.trim() !== '' && text.isWellFormed() && !/\p{Cc}/u.test(text),
    'must be well-formed text, not blank, without control characters',
  )
  .transform((text) => text.trim());

const envelope = z.strictObject({
  url: webAddress,
  html: z
    .string('must be a string')
    .refine((html) => html.trim() !== '', 'is empty; leave it out to have the URL fetched')
    .optional(),
  guid: guid.optional(),
  restore: z.boolean('must be true or false').optional(),
});

/** What a newsroom may push as plain JSON: an address to fetch, or the page itself with its address. */
export type Envelope = z.output<typeof envelope>;

const line = z
  .string('must be a string')
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must be well-formed text on one line');

const deletion = z.strictObject({
  reason: line.trim().max(2_000, 'must have at most 2,000 characters').optional(),
  version: z
    .union([line.max(64, 'must have at most 64 characters'), z.int().transform(String)], 'must be a text or a number')
    .optional(),
});

/** Why an article is withdrawn, and the version that says so. */
export type Deletion = z.output<typeof deletion>;

const once = z.string('is given more than once');

const query = z.strictObject({
  url: once.pipe(webAddress).optional(),
  restore: once.pipe(z.stringbool('must be true or false')).optional(),
  validate: once.pipe(z.literal('only', 'must be "only"')).optional(),
  reason: once.pipe(deletion.shape.reason.unwrap()).optional(),
  version: once.pipe(line.max(64, 'must have at most 64 characters')).optional(),
});

export type PushQuery = z.output<typeof query>;

/** @throws Problem 400 naming each wrong field */
export function readEnvelope(body: unknown): Envelope {
  return readFields(envelope, body, 'the push does not fit {url, html?, guid?, restore?}');
}

/** @throws Problem 400 */
export function readDeletion(body: unknown): Deletion {
  return readFields(deletion, body, 'the body does not fit {reason?, version?}');
}

/** @throws Problem 400 */
export function readQuery(parameters: unknown): PushQuery {
  return readFields(query, { ...(parameters as object) }, 'a query parameter is wrong');
}

/** The id that a path names. @throws Problem 400 */
export function readGuid(text: string): string {
  return readFields(z.strictObject({ guid }), { guid: text }, 'the id of the article is wrong').guid;
}

/** The id that a document gives itself. @throws Problem 422 */
export function readOwnGuid(text: string, pointer: string): string {
  const read = guid.safeParse(text);
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ message }) => ({ pointer, detail: message }));
  throw new Problem(422, 'the id that the document gives itself is wrong', errors);
}

/** @throws Problem 400 naming each wrong field */
export function readFields<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  summary: string,
): z.output<Schema> {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')) {
    throw new Problem(400, summary, [{ pointer: '/__proto__', detail: 'is not a known field' }]);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new Problem(400, summary, read.error.issues.flatMap(toFieldProblems).slice(0, MOST_ERRORS));
}

function toFieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerOf(issue.path), detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: pointerOf([...issue.path, key.slice(0, 100)]),
    detail: 'is not a known field',
  }));
}
