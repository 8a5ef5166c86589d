import { type Attributes, type Context, type Link, ROOT_CONTEXT, type SpanKind, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';

/**
 * Decides on a span that continues nothing and links to others as on a child of one of these: the batch of an event that is
 * in a trace is there too, and a replay of one that was sampled is sampled.
 */
export class LinkedSampler implements Sampler {
  constructor(private readonly inner: Sampler) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    if (links.length === 0 || trace.getSpanContext(context) !== undefined) {
      return this.inner.shouldSample(context, traceId, name, kind, attributes, links);
    }
    for (const { context: linked } of links) {
      const parent = trace.setSpanContext(ROOT_CONTEXT, linked);
      const result = this.inner.shouldSample(parent, linked.traceId, name, kind, attributes, []);
      if (result.decision === SamplingDecision.RECORD_AND_SAMPLED) return { decision: result.decision };
    }
    return { decision: SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `Linked{${this.inner.toString()}}`;
  }
}
