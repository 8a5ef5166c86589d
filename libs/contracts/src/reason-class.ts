import { z } from 'zod';

/** The closed list of classes of the reasons for which a page was not had. */
export const reasonClass = z.enum([
  'http-permanent',
  'http-exhausted',
  'timeout',
  'connect',
  'dns',
  'tls',
  'protocol',
  'redirects',
  'too-large',
  'blocked-by-policy',
  'robots',
  'not-a-page',
]);
export type ReasonClass = z.output<typeof reasonClass>;

/** What each class means. */
export const reasonClasses: Readonly<Record<ReasonClass, string>> = {
  'http-permanent': 'The site answered with a status that asking again does not change: 404, 410, 403 …',
  'http-exhausted': 'The site answered at every try that it cannot now: 5xx, 429, 408, 425.',
  timeout: 'A limit of time was met: for the connection, the first headers, the rate of the body, or the whole.',
  connect: 'No connection, or it was lost before the answer was complete.',
  dns: 'The name has no address, or its resolver does not answer.',
  tls: 'The certificate is not trusted, or the handshake failed.',
  protocol: 'What came is not HTTP, or its body is not what its headers say.',
  redirects: 'More redirects than are followed, or a loop of them.',
  'too-large': 'Headers or body, as transferred or decompressed, are over their limit.',
  'blocked-by-policy': 'An address, port or scheme that newsmill does not reach; nothing was connected to.',
  robots: 'robots.txt or a robots directive of the page does not let newsmill have it.',
  'not-a-page': 'The answer is fine, and it is no page: empty, or of another media type.',
};

/** A reason as it is kept and shown: its class, if it has one, stands first. */
export function toldReason(text: string, classOf: ReasonClass | undefined): string {
  return classOf === undefined ? text : `${classOf}: ${text}`;
}
