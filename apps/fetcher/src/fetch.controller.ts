import { Controller, Inject, Logger } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import { type FetchedResource, OutboundError } from '@newsmill/outbound';
import { dependencyOf, StageHandler, type Tracing, TRACING } from '@newsmill/service';
import {
  backoff,
  defer,
  type EventMeta,
  type Fail,
  fail,
  type HandlerContext,
  type Outcome,
  reject,
  StageFault,
} from '@newsmill/stage';
import { CanonicalPages } from './canonical/canonical-pages.js';
import { orEntry } from './entry-stand-in.js';
import { faultOutcome } from './fetch-fault.js';
import { fetch } from './fetch.stage.js';
import type { FetcherSettings } from './fetcher.config.js';
import { CLOCK, FETCHER_SETTINGS } from './fetcher.tokens.js';
import { type Deferral, deferralId, type Journey, journeyOf } from './politeness/deferral.js';
import { DeferredLinks } from './politeness/deferred-links.js';
import { pageOutcome } from './page-outcome.js';
import { PoliteFetch } from './politeness/polite-fetch.js';
import { HostBusy, RobotsForbidden } from './politeness/refusals.js';
import { SlowAnswers } from './politeness/slow-answers.js';
import { PageVisits, type Visit } from './revisits/page-visits.js';

type Link = EventOf<typeof linkDiscovered>;
type FetchOutcome = Outcome<typeof fetch>;

/** A batch waits for an answer at least so many milliseconds: a redirect within its host takes the host's interval. */
const LEAST_HOLD_MS = 3_000;
/** A link whose answer is slow comes back for it after so many milliseconds. */
const SLOW_MS = 2_000;

/** What the answer means for a page of which nothing is known; no resource: there was none. */
interface Answer {
  visit: Visit;
  outcome: FetchOutcome;
  resource?: FetchedResource;
}

/** A link whose time has not come. */
interface Later extends Pick<Deferral, 'until' | 'reason' | 'isAwaited'> {
  /** What is the matter with its host, if it is not merely its turn. */
  ailment?: Fail | undefined;
  /** What the link itself has come to; absent when it has not been asked for. */
  journey?: Partial<Journey>;
}

/** What has come of one link; with what is the matter with its host, if something is. */
type Step = { outcome: FetchOutcome; ailment?: Fail } | Later;

/** One link of a batch on its way. */
interface Item {
  link: Link;
  meta: EventMeta;
  journey: Journey;
}

@Controller()
export class FetchController {
  private readonly logger = new Logger('fetch');

  constructor(
    private readonly polite: PoliteFetch,
    private readonly deferred: DeferredLinks,
    private readonly slow: SlowAnswers<Answer | Later>,
    private readonly visits: PageVisits,
    private readonly canonicalPages: CanonicalPages,
    @Inject(FETCHER_SETTINGS) private readonly settings: FetcherSettings,
    @Inject(CLOCK) private readonly clock: () => Date,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  /**
   * Hosts side by side, the links of one host one after another. No host is waited for longer than the settings say: what
   * it has no time for is deferred.
   */
  @StageHandler(fetch)
  async fetch(@Payload() links: Link[], @Ctx() { metas, signal }: HandlerContext): Promise<FetchOutcome[]> {
    const startedAt = performance.now();
    const now = this.clock();
    const items = links.map((link, index): Item => {
      const meta = metas[index]!;
      return { link, meta, journey: journeyOf(meta, now) };
    });
    const outcomes = new Map<Item, FetchOutcome>();
    const deferrals = new Map<Item, Deferral>();
    const settled = await Promise.allSettled(
      [...Map.groupBy(items, ({ link }) => link.host).values()].map(async (sameHost) => {
        // A host that has no time for one link, or does not answer it, is not asked for its others in the same batch.
        let busy: Later | undefined;
        for (const item of sameHost) {
          const waited = performance.now() - startedAt;
          const step = busy ?? (await this.tracing.within(item.meta.trace, () => this.fetchLink(item, waited, signal)));
          const { ailment } = step;
          if ('outcome' in step) {
            outcomes.set(item, step.outcome);
            if (ailment !== undefined) busy = { until: new Date(), reason: ailment.fault.message, ailment };
            continue;
          }
          const { until, reason } = step;
          if (step.journey === undefined || ailment !== undefined) busy = { until, reason, ailment };
          const { link, meta, journey } = item;
          if (ailment !== undefined && link.revisit !== undefined)
            outcomes.set(item, await this.putOffRevisit(link, ailment));
          else {
            const { isAwaited } = step;
            deferrals.set(item, { link, meta, until, reason, isAwaited, journey: { ...journey, ...step.journey } });
          }
        }
      }),
    );
    for (const host of settled) if (host.status === 'rejected') throw host.reason;
    await this.putOff(deferrals, outcomes);
    return items.map((item) => outcomes.get(item)!);
  }

  /** Nothing is lost by a revisit that is not made: it is not kept for a host that is ill, but made by plan. */
  private async putOffRevisit(link: Link, ailment: Fail): Promise<FetchOutcome> {
    return this.visits.fault(await this.visits.begin(link), ailment, undefined, this.clock());
  }

  /** Keeps what has time, and answers for the rest. */
  private async putOff(deferrals: Map<Item, Deferral>, outcomes: Map<Item, FetchOutcome>): Promise<void> {
    const tooOld = this.clock().getTime() - this.settings.deferMax;
    const kept = [...deferrals.values()].filter(({ journey }) => journey.since.getTime() > tooOld);
    const dueOf = await this.deferred.keep(kept);
    for (const [item, deferral] of deferrals) {
      const due = dueOf.get(deferral);
      const { journey, reason, link } = deferral;
      if (due !== undefined) {
        outcomes.set(item, defer(`until ${due.toISOString()}: ${reason}`));
        continue;
      }
      const why =
        journey.since.getTime() > tooOld
          ? `${link.host} has ${this.settings.hostQueue} deferred links already: ${reason}`
          : `deferred since ${journey.since.toISOString()}: ${reason}`;
      outcomes.set(item, givenUp(link, new StageFault('remote', why, { retry: false, reasonClass: 'http-exhausted' })));
    }
  }

  /**
   * @param waited milliseconds that the batch has been under way
   * @throws only what keeps every link from being fetched: an abort, or the database's fault.
   */
  private async fetchLink(item: Item, waited: number, signal: AbortSignal): Promise<Step> {
    const { hostWait } = this.settings;
    const hold = Math.max(LEAST_HOLD_MS, 2 * hostWait) - waited;
    const id = deferralId(item);
    const answer = await this.slow.await(id, Math.max(0, hold), signal, (until) =>
      this.ask(item, Math.max(0, hostWait - waited), until),
    );
    if (answer === undefined) {
      const reason = 'its host is slow to answer; the answer is awaited';
      return { until: new Date(Date.now() + SLOW_MS), reason, journey: {}, isAwaited: true };
    }
    if ('until' in answer) return answer;
    const { visit, outcome: found, resource } = answer;
    if ('kind' in found && found.kind === 'fail') return this.fault(item, visit, found, resource?.status);
    if (resource === undefined) return { outcome: found };
    const outcome = await this.visits.end(visit, resource, found, this.clock());
    if ('topic' in outcome && resource.status < 300) this.logger.log(`fetched ${item.link.url}`);
    return { outcome };
  }

  /** A host that does not answer is asked again, later and without anybody waiting; after so many tries the link is dead. */
  private async fault({ journey }: Item, visit: Visit, failed: Fail, status: number | undefined): Promise<Step> {
    const { errorClass, message } = failed.fault;
    if (errorClass !== 'remote' && errorClass !== 'timeout') return { outcome: failed };
    if (visit.link.revisit !== undefined) {
      return { outcome: await this.visits.fault(visit, failed, status, this.clock()), ailment: failed };
    }
    const tries = journey.tries + 1;
    const { attempts, firstDelayMs, maxDelayMs } = fetch.policy;
    if (tries >= attempts) {
      const why = `${message}; asked for ${tries} times`;
      return { outcome: fail(new StageFault(errorClass, why, { cause: failed.fault, retry: false })), ailment: failed };
    }
    const until = new Date(Date.now() + backoff(tries, firstDelayMs, maxDelayMs));
    return { until, reason: message, ailment: failed, journey: { tries } };
  }

  /**
   * Milliseconds in which a host has its next slot even with the longest Crawl-delay. Where a page leads to another of the
   * same host, that one is an interval away; it is awaited outside the batch.
   */
  private get nextSlotMs(): number {
    return this.settings.crawlDelayMax + this.settings.hostWait;
  }

  /** @throws the reason of the signal and the database's faults, and nothing else */
  private async ask({ link, journey }: Item, patienceMs: number, signal: AbortSignal): Promise<Answer | Later> {
    const visit = await this.canonicalPages.begin(link);
    const url = journey.at ?? visit.link.url;
    let isPlain = journey.isPlain === true;
    try {
      const validators = isPlain ? {} : visit.validators;
      let resource = await this.polite.fetch(url, { signal, patienceMs, ...validators });
      if (resource.status === 304 && !this.visits.isUnchanged(visit, resource)) {
        isPlain = true;
        resource = await this.polite.fetch(url, { signal, patienceMs });
      }
      const get = (address: string) => this.polite.fetch(address, { signal, patienceMs: this.nextSlotMs });
      const followed = await this.canonicalPages.follow(visit, resource, get, signal);
      return {
        visit: await this.canonicalPages.visitOf(visit, followed),
        resource: followed.resource,
        outcome: pageOutcome(visit, followed, this.settings, this.clock()),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HostBusy) {
        const { until, message, at, delay } = error;
        const ailment =
          delay === 'slot'
            ? undefined
            : fail(new StageFault('remote', message, { cause: error, reasonClass: 'http-exhausted' }));
        const isOnTheWay = at !== undefined || isPlain;
        return { until, reason: message, ailment, ...(isOnTheWay && { journey: { at: at ?? journey.at, isPlain } }) };
      }
      // A site's lost connection looks like one of the database's.
      if (!(error instanceof OutboundError) && dependencyOf(error) !== undefined) throw error;
      if (error instanceof RobotsForbidden) {
        return { visit, outcome: orEntry(visit, reject(error.message, 'robots'), undefined, this.clock()) };
      }
      return { visit, outcome: faultOutcome(error) };
    }
  }
}

/** Nothing is lost by a revisit that is not made: it is not kept among the dead letters. */
function givenUp(link: Link, fault: StageFault): FetchOutcome {
  return link.revisit === undefined ? fail(fault) : reject(`put off: ${fault.message}`);
}
