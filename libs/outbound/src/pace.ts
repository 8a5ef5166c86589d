import { OutboundError } from './outbound-error.js';
import type { OutboundLimits } from './outbound-options.js';

/** Seconds over which the rate of a body is judged: a server may take breath. */
const JUDGED_SECONDS = 5;

/** Informational responses (RFC 9110 section 15.2) before the final one; a server needs one or two. */
const MAX_INFORMATIONAL = 20;

/** Passes a body on and gives it up when it drips: it would hold its socket for all of the total time. */
export async function* paced(
  body: AsyncIterable<Uint8Array>,
  url: string,
  { minBodyBytesPerSecond: least }: OutboundLimits,
  expiry: AbortController,
): AsyncIterable<Uint8Array> {
  let received = 0;
  const timer = setInterval(() => {
    const isSlow = received < least * JUDGED_SECONDS;
    received = 0;
    if (!isSlow) return;
    const limit = `minBodyBytesPerSecond = ${least}`;
    expiry.abort(new OutboundError('timeout', url, `The body came slower than ${limit} for ${JUDGED_SECONDS} s`));
  }, JUDGED_SECONDS * 1000);
  try {
    for await (const chunk of body) {
      received += chunk.length;
      yield chunk;
    }
  } finally {
    clearInterval(timer);
  }
}

/** Takes informational responses of one request, and ends it when they do not end. */
export function informationalGuard(url: string, expiry: AbortController): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count <= MAX_INFORMATIONAL) return;
    expiry.abort(new OutboundError('protocol', url, `More than ${MAX_INFORMATIONAL} informational responses`));
  };
}
