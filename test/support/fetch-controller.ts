import { type EventOf, linkDiscovered } from '@newsmill/contracts';
import type { Outbound } from '@newsmill/outbound';
import { Metrics, NO_TRACING, type openDataSource, type ServiceSettings } from '@newsmill/service';
import type { HandlerContext, Transport } from '@newsmill/stage';
import { MemoryTransport } from '@newsmill/transport';
import { CanonicalPages } from '../../apps/fetcher/src/canonical/canonical-pages.ts';
import { FetchController } from '../../apps/fetcher/src/fetch.controller.ts';
import type { FetcherSettings } from '../../apps/fetcher/src/fetcher.config.ts';
import { DeferredLinks } from '../../apps/fetcher/src/politeness/deferred-links.ts';
import { HostBudget } from '../../apps/fetcher/src/politeness/host-budget.ts';
import { PoliteFetch } from '../../apps/fetcher/src/politeness/polite-fetch.ts';
import { RobotsFiles } from '../../apps/fetcher/src/politeness/robots-files.ts';
import { SlottedFetch } from '../../apps/fetcher/src/politeness/slotted-fetch.ts';
import { SlowAnswers } from '../../apps/fetcher/src/politeness/slow-answers.ts';
import { GoneGuard } from '../../apps/fetcher/src/revisits/gone-guard.ts';
import { PageVisits } from '../../apps/fetcher/src/revisits/page-visits.ts';

export interface FetchParts {
  outbound: Outbound;
  source: Awaited<ReturnType<typeof openDataSource>>;
  service: ServiceSettings;
  settings: FetcherSettings;
  clock: () => Date;
  /** Default: one in memory. */
  log?: Transport;
  guard?: GoneGuard;
  metrics?: Metrics;
}

/** The fetch stage's handler as the fetcher wires it, with the parts that tests look into. */
export function makeFetchController({ outbound, source, service, settings, clock, ...given }: FetchParts) {
  const { log = new MemoryTransport(), guard = new GoneGuard(source, settings), metrics = new Metrics(false) } = given;
  const tracing = NO_TRACING;
  const budget = new HostBudget(source, settings);
  const slotted = new SlottedFetch(outbound, budget, metrics);
  const robots = new RobotsFiles(source, settings, slotted, metrics);
  const polite = new PoliteFetch(slotted, robots, settings, tracing);
  const deferred = new DeferredLinks(source, settings, log, service, metrics);
  const visits = new PageVisits(source, settings, guard);
  const canonical = new CanonicalPages(source, visits, clock);
  const slow = new SlowAnswers<never>();
  const controller = new FetchController(polite, deferred, slow, visits, canonical, settings, clock, tracing);
  return { controller, budget, polite, robots, deferred, slow };
}

/** The context of a batch with this link alone. */
export function contextOf({ receiptId }: EventOf<typeof linkDiscovered>): HandlerContext {
  const meta = {
    id: receiptId,
    source: '/test',
    topic: linkDiscovered.name,
    partition: 0,
    offset: 0n,
    timestamp: 0,
    headers: {},
  };
  return { metas: [meta], signal: new AbortController().signal };
}
