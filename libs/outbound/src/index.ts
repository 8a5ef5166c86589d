export { createOutbound, type FetchedResource, type Outbound, type PostAnswer, type PostRequest } from './outbound.js';
export { optionProblems } from './option-problems.js';
export { OutboundError, type OutboundErrorCode, type OutboundErrorKind } from './outbound-error.js';
export { OUTBOUND_DEFAULTS, type OutboundLimits, type OutboundOptions } from './outbound-options.js';
export { type Connect, type ConnectTarget, dial, type ResolvedAddress } from './dial.js';
export { type Resolve, resolveBySystem } from './resolve.js';
export { type FetchObserver, type FetchRequest } from './request-headers.js';
export { readBody, type BodyToRead } from './read-body.js';
