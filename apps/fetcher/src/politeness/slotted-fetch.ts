import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '@newsmill/service';
import {
  type FetchedResource,
  type FetchRequest,
  type Outbound,
  OutboundError,
  type OutboundErrorKind,
} from '@newsmill/outbound';
import { hostOf } from '@newsmill/web';
import { OUTBOUND } from '../outbound.provider.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { HostBudget, type HostSlot, type Response } from './host-budget.js';
import { HostBusy } from './refusals.js';
import { retryAfterMs } from './retry-after.js';

export interface SlottedRequest extends Omit<FetchRequest, 'beforeRequest'> {
  /** Most milliseconds to wait for the first request's slot. */
  patienceMs: number;
  /** Least milliseconds between requests to the host of an address; may throw what forbids the request. */
  intervalOf(url: URL, patienceMs: number, signal: AbortSignal): Promise<number>;
}

/** Most milliseconds that a redirect waits for the slot of its target; it would have to be followed from its beginning again. */
const HOP_PATIENCE_MS = 5_000;

/** Told before anything is sent. */
const UNSENT = ['blocked-address', 'bad-url', 'port'] as const satisfies OutboundErrorKind[];

/** What came of a request that was made. */
type End = (typeof fetcherMetrics.fetchRequests.labels.outcome)[number];

function isUnsent(kind: OutboundErrorKind): kind is (typeof UNSENT)[number] {
  return (UNSENT as readonly OutboundErrorKind[]).includes(kind);
}

const NEVER = new AbortController().signal;

/** Requests each in a slot of its host's budget, redirects included, and tells the budget what hosts answer. */
@Injectable()
export class SlottedFetch {
  private readonly requests;
  private readonly waited;

  constructor(
    @Inject(OUTBOUND) private readonly outbound: Outbound,
    private readonly budget: HostBudget,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.requests = metrics.counter(fetcherMetrics.fetchRequests);
    this.waited = metrics.counter(fetcherMetrics.hostWait);
    metrics.watch(fetcherMetrics.blockedHosts, () => this.budget.countBlocked());
  }

  /**
   * @throws HostBusy when a slot is too far ahead, OutboundError, and what `intervalOf` throws; nothing has been asked of
   * the host that it is about.
   */
  async fetch(url: string, { patienceMs, intervalOf, ...request }: SlottedRequest): Promise<FetchedResource> {
    const { signal = NEVER } = request;
    let slot: HostSlot | undefined;
    const enter = async (target: URL, patience: number, until: AbortSignal): Promise<void> => {
      const intervalMs = await intervalOf(target, patience, until);
      const startedAt = performance.now();
      try {
        slot = await this.budget.take(hostOf(target.href), { intervalMs, patienceMs: patience, signal: until });
      } finally {
        this.waited.inc((performance.now() - startedAt) / 1000);
      }
    };
    const leave = async (outcome: End | undefined, response: Response): Promise<void> => {
      if (slot === undefined) return;
      const taken = slot;
      slot = undefined;
      if (outcome !== undefined) this.requests.inc({ outcome });
      await taken.release(response);
    };
    let isFirst = true;
    const beforeRequest = async (target: URL, until: AbortSignal): Promise<void> => {
      if (isFirst) {
        isFirst = false;
        return;
      }
      await leave('redirect', { kind: 'well' });
      try {
        await enter(target, HOP_PATIENCE_MS, until);
      } catch (error) {
        if (!(error instanceof HostBusy)) throw error;
        throw new HostBusy(error.host, error.delay, error.until, error.reason, target.href);
      }
    };
    // What the client refuses without asking anybody needs no slot; waiting for one takes none of the fetch's time.
    const first = URL.parse(url);
    if (first?.protocol === 'http:' || first?.protocol === 'https:') await enter(first, patienceMs, signal);
    try {
      const resource = await this.outbound.fetchPage(url, { ...request, beforeRequest });
      const { outcome, response } = afterAnswer(resource);
      await leave(outcome, response);
      return resource;
    } catch (error) {
      const { outcome, response } = afterError(error);
      await leave(outcome, response);
      throw error;
    }
  }
}

function afterAnswer(resource: FetchedResource): { outcome: End; response: Response } {
  const { status, headers, url } = resource;
  const waitMs = retryAfterMs(headers, new Date());
  if (status === 429 || status === 503) {
    const asked = waitMs === undefined ? '' : `, Retry-After ${Math.ceil(waitMs / 1000)} s`;
    const reason = `HTTP status ${status}${asked} (${url})`;
    const outcome = status === 429 ? 'too-many' : 'server-error';
    return { outcome, response: { kind: 'ailing', reason, isBlocked: true, retryAfterMs: waitMs } };
  }
  if (status >= 500) {
    const reason = `HTTP status ${status} (${url})`;
    return { outcome: 'server-error', response: { kind: 'ailing', reason, isBlocked: false } };
  }
  return { outcome: status >= 400 ? 'client-error' : 'answer', response: { kind: 'well' } };
}

/** Only what says something of the host slows it down: a page that is too large is no fault of its neighbours. */
function afterError(error: unknown): { outcome: End | undefined; response: Response } {
  if (!(error instanceof OutboundError)) return { outcome: undefined, response: { kind: 'unused' } };
  const { kind, transient, message } = error;
  if (isUnsent(kind)) return { outcome: undefined, response: { kind: 'unused' } };
  if (kind === 'aborted') return { outcome: kind, response: { kind: 'well' } };
  const isAiling = transient && (kind === 'timeout' || kind === 'connect' || kind === 'protocol');
  return {
    outcome: kind,
    response: isAiling ? { kind: 'ailing', reason: message, isBlocked: kind === 'connect' } : { kind: 'well' },
  };
}
