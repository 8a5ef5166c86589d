import type { ReasonClass } from '@newsmill/contracts';
import { type FetchedResource, OutboundError, type OutboundErrorCode } from '@newsmill/outbound';
import { fail, type Fail, reject, type Reject, StageFault, toFault } from '@newsmill/stage';
import { InvalidUrl } from '@newsmill/web';

/** Below 500, and yet the same request may be answered later: RFC 9110 section 15.5.9, RFC 8470, RFC 6585 section 4. */
const TRY_AGAIN = new Set([408, 425, 429]);

/** What it means for a link that no answer came: a fact that ends it, or a fault that is tried again. */
export function faultOutcome(error: unknown): Reject | Fail {
  if (error instanceof InvalidUrl) return reject(error.message, 'blocked-by-policy');
  if (!(error instanceof OutboundError)) return fail(toFault(error));
  const reasonClass = reasonClassOf(error.code);
  if (!error.transient) return reject(error.message, reasonClass);
  const errorClass = error.kind === 'timeout' ? 'timeout' : 'remote';
  return fail(new StageFault(errorClass, error.message, { cause: error, reasonClass }));
}

/** What a status means for a link; undefined: the answer may be its page. */
export function statusOutcome({ status, url }: Pick<FetchedResource, 'status' | 'url'>): Reject | Fail | undefined {
  const told = `HTTP status ${status} (${url})`;
  if (TRY_AGAIN.has(status) || status >= 500) {
    return fail(new StageFault('remote', told, { reasonClass: 'http-exhausted' }));
  }
  return status >= 200 && status < 300 ? undefined : reject(told, 'http-permanent');
}

/** An abort is the caller's and no fact about the page. */
function reasonClassOf(code: OutboundErrorCode): ReasonClass | undefined {
  return code === 'aborted' ? undefined : code;
}
