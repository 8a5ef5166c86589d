import type { AddressPolicy } from './address-policy.js';
import { OutboundError } from './outbound-error.js';

/**
 * An address that may be requested, without its fragment; a redirect's target is read relative to where it stood.
 *
 * @throws OutboundError of kind `bad-url`, `port` or `blocked-address`, before any name is resolved.
 */
export function targetUrl(url: string, policy: AddressPolicy, base?: URL): URL {
  const parsed = URL.parse(url, base?.href);
  if (parsed === null) throw new OutboundError('bad-url', url, 'Not an absolute URL');
  parsed.hash = '';
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new OutboundError('bad-url', url, `The scheme is "${parsed.protocol.slice(0, -1)}", not http or https`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new OutboundError('bad-url', parsed.href, 'The URL carries a user name or password');
  }
  const port = parsed.port === '' ? (parsed.protocol === 'https:' ? 443 : 80) : Number(parsed.port);
  const refusal = policy.judgeUrl(parsed.hostname.replace(/^\[|\]$/g, ''), port);
  if (refusal !== undefined) throw new OutboundError(refusal.kind, parsed.href, refusal.explanation);
  return parsed;
}
