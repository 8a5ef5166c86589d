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
export const HOP_PATIENCE_MS = 5_000;

/** Told before anything is sent. */
const UNSENT = new Set<OutboundErrorKind>(['blocked-address', 'bad-url', 'port']);

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
    this.requests = metrics.counter(
      'newsmill_fetch_requests_total',
      'Requests made to sites, by what came of them; each redirect is one.',
      ['outcome'],
    );
    this.waited = metrics.counter(
      'newsmill_host_wait_seconds_total',
      'Seconds that requests have waited for the slots of their hosts.',
    );
    metrics.watchValue('newsmill_blocked_hosts', 'Hosts that nothing is asked of now; of all processes together.', () =>
      this.budget.countBlocked(),
    );
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
    const leave = async (outcome: string, response: Response): Promise<void> => {
      if (slot === undefined) return;
      const taken = slot;
      slot = undefined;
      if (response.kind !== 'unused') this.requests.inc({ outcome });
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

function afterAnswer(resource: FetchedResource): { outcome: string; response: Response } {
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
function afterError(error: unknown): { outcome: string; response: Response } {
  if (!(error instanceof OutboundError)) return { outcome: 'refused', response: { kind: 'unused' } };
  const { kind, transient, message } = error;
  if (UNSENT.has(kind)) return { outcome: kind, response: { kind: 'unused' } };
  if (kind === 'aborted') return { outcome: kind, response: { kind: 'well' } };
  const isAiling = transient && (kind === 'timeout' || kind === 'connect' || kind === 'protocol');
  return {
    outcome: kind,
    response: isAiling ? { kind: 'ailing', reason: message, isBlocked: kind === 'connect' } : { kind: 'well' },
  };
}
