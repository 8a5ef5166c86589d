import type { Headers } from './transport.js';

/** A span of another part of the system, as W3C Trace Context writes it. */
export interface TraceContext {
  /** `<version>-<trace id>-<span id>-<flags>`, in hexadecimal. */
  traceparent: string;
  /** What the tracing systems on the way have noted, passed on unchanged. */
  tracestate?: string | undefined;
  /** What comes next does not continue the trace: it begins one of its own, and links to this span. */
  isEarlier?: true;
}

/** The span of an earlier way of the same thing: set in place of the others when it is sent again. */
const EARLIER_HEADER = 'newsmill_earlier_traceparent';

/** All that an event says of traces: as Kafka instrumentations read it, and as the CloudEvents extension has it. */
const TRACE_HEADERS = ['traceparent', 'tracestate', 'ce_traceparent', 'ce_tracestate', EARLIER_HEADER];

/** Characters of a `tracestate` that are passed on at most (W3C Trace Context, section 3.3.1.5). */
const MAX_STATE = 512;

const PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Length of version 00; a later version may add to it (W3C Trace Context, section 3.2.4). */
const PARENT_LENGTH = 55;

/** A context as it was received; `undefined` when there is none, or none that can be read. */
export function readTraceContext(traceparent: string | undefined, tracestate?: string): TraceContext | undefined {
  if (traceparent === undefined) return undefined;
  const isLonger = traceparent[PARENT_LENGTH] === '-' && !traceparent.startsWith('00');
  const parent = isLonger ? traceparent.slice(0, PARENT_LENGTH) : traceparent;
  if (!PARENT.test(parent)) return undefined;
  const isPassedOn = tracestate !== undefined && tracestate !== '' && tracestate.length <= MAX_STATE;
  return { traceparent: parent, ...(isPassedOn && { tracestate }) };
}

/** What an event on the log says of traces. The transport's own header counts before the event's attribute. */
export function traceOf({ headers }: { headers: Headers }): TraceContext | undefined {
  const text = (name: string): string | undefined => headers[name]?.toString();
  const found =
    readTraceContext(text('traceparent'), text('tracestate')) ??
    readTraceContext(text('ce_traceparent'), text('ce_tracestate'));
  if (found !== undefined) return found;
  const earlier = readTraceContext(text(EARLIER_HEADER));
  return earlier && { ...earlier, isEarlier: true };
}

/** The headers by which an event carries it: W3C Trace Context, and the CloudEvents distributed tracing extension. */
export function traceHeaders({ traceparent, tracestate, isEarlier }: TraceContext): Record<string, string> {
  if (isEarlier) return { [EARLIER_HEADER]: traceparent };
  return {
    ce_traceparent: traceparent,
    traceparent,
    ...(tracestate !== undefined && { ce_tracestate: tracestate, tracestate }),
  };
}

/** Headers of a thing that is sent again: what comes of it now begins a trace that links to the one before. */
export function asEarlierTrace(headers: Headers): Headers {
  const trace = traceOf({ headers });
  if (trace === undefined) return headers;
  const others = Object.entries(headers).filter(([name]) => !TRACE_HEADERS.includes(name));
  return { ...Object.fromEntries(others), [EARLIER_HEADER]: Buffer.from(trace.traceparent) };
}
