import { MAX_PAGE_BYTES } from '@newsmill/contracts';
import { type FieldProblem, Problem } from '@newsmill/service';
import { InvalidUrl, normalizeUrl } from '@newsmill/web';
import { z } from 'zod';

const pushBody = z.strictObject({
  url: z.string('must be a string').superRefine((url, context) => {
    try {
      normalizeUrl(url);
    } catch (error) {
      if (!(error instanceof InvalidUrl)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  }),
  html: z
    .string('must be a string')
    .refine((html) => html.trim() !== '', 'is empty; leave it out to have the URL fetched')
    .optional(),
  guid: z
    .string('must be a string')
    .max(512, 'must have at most 512 characters')
    .refine(
      (guid) => guid.trim() !== '' && guid.isWellFormed() && !/\p{Cc}/u.test(guid),
      'must be well-formed text, not blank, without control characters',
    )
    .optional(),
});

/** What a newsroom may push: an address to fetch, or the page itself with its address. */
export type PushBody = z.output<typeof pushBody>;

/**
 * Reads the body of a push.
 * @throws Problem 400 naming each wrong field by JSON pointer, 413 for a page over the limit.
 */
export function readPushBody(body: unknown): PushBody {
  const read = pushBody.safeParse(body);
  if (!read.success) {
    throw new Problem(400, 'the push does not fit {url, html?, guid?}', read.error.issues.flatMap(toFieldProblems));
  }
  const { html } = read.data;
  const bytes = html === undefined ? 0 : Buffer.byteLength(html);
  if (bytes > MAX_PAGE_BYTES) {
    throw new Problem(413, 'the page is too large', [
      { pointer: '/html', detail: `has ${bytes} bytes, at most ${MAX_PAGE_BYTES} are taken` },
    ]);
  }
  return read.data;
}

function toFieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const at = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerOf(at), detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointerOf([...at, key]), detail: 'is not a known field' }));
}

/** RFC 6901 */
function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
