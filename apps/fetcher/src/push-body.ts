import { MAX_PAGE_BYTES } from '@newsmill/contracts';
import { type FieldProblem, Problem } from '@newsmill/service';
import { InvalidUrl, normalizeUrl } from '@newsmill/web';
import { z } from 'zod';

const pushBody = z.strictObject({
  url: z.string('must be a string').min(1, 'must not be empty'),
  html: z.string('must be a string').optional(),
  guid: z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(512, 'must have at most 512 characters')
    .refine((guid) => guid.trim() !== '' && !/\p{Cc}/u.test(guid), 'must not be blank or hold control characters')
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
    throw new Problem(400, 'the push does not fit {url, html?, guid?}', read.error.issues.map(toFieldProblem));
  }
  try {
    normalizeUrl(read.data.url);
  } catch (error) {
    if (!(error instanceof InvalidUrl)) throw error;
    throw new Problem(400, 'the push does not fit {url, html?, guid?}', [{ pointer: '/url', detail: error.message }]);
  }
  const { html } = read.data;
  if (html !== undefined) checkPage(html);
  return read.data;
}

function checkPage(html: string): void {
  if (html.trim() === '') {
    throw new Problem(400, 'the page is empty', [
      { pointer: '/html', detail: 'holds 0 characters; leave it out to have the URL fetched' },
    ]);
  }
  const bytes = Buffer.byteLength(html);
  if (bytes > MAX_PAGE_BYTES) {
    throw new Problem(413, 'the page is too large', [
      { pointer: '/html', detail: `has ${bytes} bytes, at most ${MAX_PAGE_BYTES} are taken` },
    ]);
  }
}

function toFieldProblem({ path, message }: z.core.$ZodIssue): FieldProblem {
  return {
    pointer: path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    detail: message,
  };
}
