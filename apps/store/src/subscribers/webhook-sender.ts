import { randomUUID } from 'node:crypto';
import { createOutbound, optionProblems, type Outbound, OutboundError, type OutboundOptions } from '@newsmill/outbound';
import { version } from '@newsmill/service';
import type { TraceContext } from '@newsmill/stage';
import type { SubscriberSettings } from './subscribers.config.js';
import { signedHeaders, type WebhookSecret } from './webhook-signature.js';

/** Longest Retry-After that is heeded: a day. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

export interface WebhookTarget {
  url: string;
  secrets: readonly WebhookSecret[];
}

export interface SendOptions {
  signal?: AbortSignal;
  /** The span of this try. */
  trace?: TraceContext | undefined;
}

/** How one try ended. */
export type Answer =
  | { kind: 'delivered'; status: number }
  | { kind: 'failed'; status?: number; error: string; retryAfterMs?: number }
  /** The target wants nothing any more. */
  | { kind: 'gone'; status: 410; error: string }
  | { kind: 'aborted' };

type Allowance = Pick<SubscriberSettings, 'webhookAllow' | 'webhookTimeoutMs'>;

/** Posts signed events to targets, through the guarded client: private addresses only where a setting allows them. */
export class WebhookSender {
  private readonly outbound: Outbound;

  /** @param network in place of the system's resolver and sockets; what they give is checked all the same */
  constructor(settings: Allowance, network: Pick<OutboundOptions, 'resolve' | 'connect'> = {}) {
    this.outbound = createOutbound({ ...outboundOptions(settings), ...network });
  }

  /** What is wrong with the settings. */
  static problems(settings: Allowance): string[] {
    return optionProblems('NEWSMILL_WEBHOOK_ALLOW', outboundOptions(settings));
  }

  /**
   * @param id the same for every try of an event
   * @param event CloudEvents 1.0, JSON format
   */
  async send({ url, secrets }: WebhookTarget, id: string, event: string, more: SendOptions = {}): Promise<Answer> {
    const { signal, trace } = more;
    const body = Buffer.from(event);
    const headers = {
      ...signedHeaders(id, body, secrets, new Date()),
      'content-type': 'application/cloudevents+json; charset=utf-8',
      ...(trace !== undefined && {
        traceparent: trace.traceparent,
        ...(trace.tracestate !== undefined && { tracestate: trace.tracestate }),
      }),
    };
    try {
      const answer = await this.outbound.post(url, { headers, body, ...(signal && { signal }) });
      return answerOf(answer.status, answer.headers['retry-after']);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (error.kind === 'aborted') return { kind: 'aborted' };
      // Without the address, which may carry a token: this is kept and shown.
      return { kind: 'failed', error: `${error.explanation} (${error.kind})`.slice(0, 500) };
    }
  }

  /** Posts an event that says nothing, to see whether the target takes it and its signature. */
  async test(webhookId: string, target: WebhookTarget): Promise<Answer> {
    const id = `test-${randomUUID()}`;
    const event = {
      specversion: '1.0',
      id,
      source: '/newsmill/store',
      type: 'newsmill.webhook.test',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { webhookId },
    };
    return this.send(target, id, JSON.stringify(event));
  }

  close(): Promise<void> {
    return this.outbound.close();
  }
}

function outboundOptions({ webhookAllow, webhookTimeoutMs }: Allowance): OutboundOptions {
  return {
    userAgent: `newsmill/${version}`,
    allow: webhookAllow,
    connectTimeoutMs: webhookTimeoutMs,
    firstByteTimeoutMs: webhookTimeoutMs,
    totalTimeoutMs: webhookTimeoutMs,
    maxRedirects: 0,
    // Webhooks of one host do not wait for one another: the workers bound them already.
    maxSocketsPerHost: 32,
  };
}

function answerOf(status: number, retryAfter: string | undefined): Answer {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'gone', status, error: 'the target answered 410 Gone' };
  const error = status >= 300 && status < 400 ? `answered ${status}; redirects are not followed` : `answered ${status}`;
  const retryAfterMs = retryAfter === undefined ? undefined : waitOf(retryAfter);
  return { kind: 'failed', status, error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Retry-After, RFC 9110 section 10.2.3: seconds or a date. */
function waitOf(text: string): number | undefined {
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) || ms <= 0 ? undefined : Math.min(ms, LONGEST_WAIT_MS);
}
