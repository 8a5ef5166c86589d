import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FetchedResource } from '@newsmill/outbound';
import { inSpan, type Tracing, TRACING } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { Feed } from '../entities/feed.entity.js';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { CLOCK, FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { PoliteFetch } from '../politeness/polite-fetch.js';
import { HostBusy } from '../politeness/refusals.js';
import { Subscriptions } from '../websub/subscriptions.js';
import { delayAfter, failureOf, failureOfStatus, PollFailure } from './failure.js';
import { type DueFeed, DueFeeds } from './due-feeds.js';
import { FeedActivity } from './feed-activity.js';
import { FeedAddresses } from './feed-addresses.js';
import { documentHash, type FeedDocument, readDocument } from './feed-document.js';
import { FeedEntries } from './feed-entries.js';
import { FeedMetrics, type PollOutcome } from './feed-metrics.js';
import type { ListedPage } from './listed-page.js';
import { moveSeen } from './feed-move.js';
import { freshFor } from './http-times.js';
import { nextLook, ownInterval, type Rhythm } from './rhythm.js';

/** Preferred, not required: feeds are served under every media type there is. */
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5';

/** A silent feed is asked without its validators once in this time, in milliseconds: its server may say 304 wrongly. */
const DOUBTED_MS = 24 * 3_600_000;

/** A look waits so long for its host, in milliseconds; a host that has no time by then puts it off. */
const PATIENCE_MS = 10_000;

/** Longest validator that is kept, in characters. */
const LONGEST_VALIDATOR = 1_024;

/** What a sitemap lists as changed longer than this before its source was declared is not taken in, in milliseconds. */
const ARCHIVE_MS = 2 * 24 * 3_600_000;

/** Of a document that must be read whatever it is: no document's hash. */
const NOT_KEPT = Buffer.alloc(0);

/** A feed's answer. */
interface Answer {
  resource: FetchedResource;
  /** `null`: 304. */
  hash: Buffer | null;
  /** Absent when it is what was known. */
  document?: FeedDocument;
}

/** One look at one feed, from the request to the time of the next. */
@Injectable()
export class FeedPoll {
  private readonly logger = new Logger('feeds');

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    private readonly polite: PoliteFetch,
    @Inject(FETCHER_SETTINGS) private readonly settings: FetcherSettings,
    @Inject(CLOCK) private readonly clock: () => Date,
    private readonly due: DueFeeds,
    private readonly entries: FeedEntries,
    private readonly activity: FeedActivity,
    private readonly addresses: FeedAddresses,
    private readonly subscriptions: Subscriptions,
    private readonly metrics: FeedMetrics,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  /** @param closing the process ends: what is under way is given back */
  poll(feed: DueFeed, closing: AbortSignal): Promise<void> {
    const options = { parent: 'none' as const, attributes: { 'server.address': feed.host } };
    return inSpan(this.tracing, 'look', options, async (span) => {
      const outcome = await this.look(feed, closing);
      if (outcome === undefined) return;
      this.metrics.polled(outcome);
      span.set({ 'newsmill.outcome': outcome });
    });
  }

  /** @returns `undefined` when it has come to nothing */
  private async look(feed: DueFeed, closing: AbortSignal): Promise<PollOutcome | undefined> {
    this.metrics.begun(feed.dueAt, this.clock());
    try {
      const answer = await this.ask(feed, AbortSignal.any([closing, AbortSignal.timeout(this.due.lookMs)]));
      return await this.answered(feed, answer);
    } catch (error) {
      if (closing.aborted) {
        await this.due.release(feed);
        return undefined;
      }
      if (error instanceof HostBusy) {
        const waitMs = Math.max(0, error.until.getTime() - Date.now());
        await this.settle(feed, { nextPollAt: new Date(this.clock().getTime() + waitMs) });
        return 'put-off';
      }
      const failure = failureOf(error);
      if (failure === undefined) {
        this.logger.warn(`${feed.url}: not polled: ${(error as Error).message}`);
        await this.settle(feed, { nextPollAt: new Date(this.clock().getTime() + this.settings.feedIntervalMin) });
        return undefined;
      }
      await this.failed(feed, failure);
      return failure.failureClass;
    }
  }

  private async ask(feed: DueFeed, signal: AbortSignal): Promise<Answer> {
    const validators = this.isDoubted(feed) ? {} : validatorsOf(feed);
    const resource = await this.get(feed.url, signal, validators);
    if (resource.status === 304 && Object.keys(validators).length > 0) return { resource, hash: null };
    if (resource.status === 304) throw new PollFailure('protocol', `304 to an unconditional request (${resource.url})`);
    if (resource.status !== 200) throw failureOfStatus(resource, this.clock().getTime());
    const hash = documentHash(resource.body);
    if (feed.bodyHash?.equals(hash)) return { resource, hash };
    const since = new Date(feed.since.getTime() - ARCHIVE_MS);
    const document = readDocument(feed.kind, resource, since);
    if (document.children === undefined) return { resource, hash, document };
    const entries: ListedPage[] = [];
    for (const url of document.children) {
      const child = await this.get(url, signal);
      if (child.status !== 200) throw failureOfStatus(child, this.clock().getTime());
      entries.push(...readDocument('sitemap', child, since).entries);
    }
    // An index may stay as it is while what it lists changes: it is read anew every time.
    return { resource: { ...resource, headers: {} }, hash: NOT_KEPT, document: { ...document, entries } };
  }

  private get(
    url: string,
    signal: AbortSignal,
    validators: ReturnType<typeof validatorsOf> = {},
  ): Promise<FetchedResource> {
    return this.polite.fetch(url, { ...validators, headers: { accept: ACCEPT }, signal, patienceMs: PATIENCE_MS });
  }

  private async answered(feed: DueFeed, { resource, hash, document }: Answer): Promise<PollOutcome> {
    const now = this.clock();
    const taken = document && (await this.entries.take(feed, document.entries, now));
    const fresh = taken?.fresh ?? [];
    const activity = fresh.length > 0 ? await this.activity.note(feed, fresh, now) : feed.activity;
    const moved = moveSeen(feed, resource, hash === null ? undefined : (taken?.isKnown ?? true), now);
    const wishes = {
      wishedSeconds: document ? (document.wishedSeconds ?? null) : feed.wishedSeconds,
      skipHours: document?.skipHours ?? feed.skipHours,
      skipDays: document?.skipDays ?? feed.skipDays,
    };
    const isSettled = await this.settle(feed, {
      nextPollAt: this.nextLook(feed, { ...wishes, activity, resource }, now),
      failures: 0,
      failure: null,
      goneAt: null,
      polledAt: now,
      ...wishes,
      ...moved.state,
      ...(hash !== null && {
        etag: kept(resource.headers['etag']),
        lastModified: kept(resource.headers['last-modified']),
        bodyHash: hash,
        readAt: now,
      }),
    });
    this.tell(feed, fresh.length, now);
    if (moved.objection !== undefined) {
      this.logger.warn(`${feed.url}: its move to ${moved.state.movedTo} is not believed: ${moved.objection}`);
    }
    if (isSettled && moved.isCertain) await this.move(feed, moved.state.movedTo!);
    if (document) await this.subscriptions.discovered(feed.id, document.hub, now);
    if (feed.isPushed && fresh.length > 0) await this.subscriptions.polled(feed, fresh, now);
    this.metrics.found('poll', fresh.length);
    if (document === undefined) return hash === null ? 'not-modified' : 'unchanged';
    return fresh.length > 0 ? 'new' : 'nothing-new';
  }

  private async failed(feed: DueFeed, failure: PollFailure): Promise<void> {
    const now = this.clock();
    const failures = feed.failures + 1;
    const own = ownInterval(rhythmOf(feed, feed.activity), now.getTime(), this.bounds);
    const interval = Math.min(Math.max(own, this.settings.feedIntervalMin), this.settings.feedIntervalMax);
    const delay = delayAfter(failure, { feed: feed.name, failures, interval });
    const isGone = failure.failureClass === 'gone';
    await this.settle(feed, {
      nextPollAt: new Date(now.getTime() + delay),
      failures,
      failure: failure.failureClass,
      ...(isGone && { goneAt: feed.goneAt ?? now }),
    });
    if (failure.failureClass === feed.failure) return;
    const told = isGone ? 'it is gone and closed' : failure.message;
    this.logger.warn(`${feed.url}: ${told} (${failure.failureClass}); looks again in ${Math.round(delay / 1000)} s`);
  }

  /** @returns whether the feed was still this process's */
  private async settle({ id, claim }: DueFeed, found: Partial<Feed>): Promise<boolean> {
    const { affected } = await this.database.manager.update(Feed, { id, claim }, { ...found, claim: null });
    return affected === 1;
  }

  private async move(feed: DueFeed, to: string): Promise<void> {
    const isMerged = await this.addresses.move(feed.id, to);
    this.logger.log(
      `${feed.url}: has moved to ${to}${isMerged ? ', where it was declared as well: both are one now' : ''}`,
    );
  }

  private tell(feed: DueFeed, fresh: number, now: Date): void {
    if (feed.goneAt !== null) this.logger.log(`${feed.url}: was gone and is back`);
    else if (feed.failures > 0) this.logger.log(`${feed.url}: answers again after ${feed.failures} failures`);
    if (fresh > 0) this.logger.log(`${feed.url}: ${fresh} new or changed entries`);
    const { silentFrom, polledAt } = feed;
    const isCrossed = silentFrom !== null && now >= silentFrom && (polledAt === null || polledAt < silentFrom);
    if (isCrossed && fresh === 0) {
      this.logger.warn(`${feed.url}: silent since ${feed.activity[0]!.toISOString()}, longer than its rhythm allows`);
    }
  }

  private nextLook(
    feed: DueFeed,
    answer: Pick<Feed, 'wishedSeconds' | 'skipHours' | 'skipDays'> & {
      activity: readonly Date[];
      resource: FetchedResource;
    },
    now: Date,
  ): Date {
    const wishes = {
      atLeast: Math.max(
        (answer.wishedSeconds ?? 0) * 1000,
        freshFor(answer.resource.headers, now.getTime()) ?? 0,
        feed.isPushed ? this.settings.webSubPollInterval : 0,
      ),
      skipHours: answer.skipHours,
      skipDays: answer.skipDays,
    };
    return new Date(nextLook(feed.name, rhythmOf(feed, answer.activity), wishes, now.getTime(), this.bounds));
  }

  private isDoubted({ silentFrom, readAt }: DueFeed): boolean {
    const now = this.clock().getTime();
    return silentFrom !== null && silentFrom.getTime() <= now && now - (readAt?.getTime() ?? 0) >= DOUBTED_MS;
  }

  private get bounds() {
    const { feedInterval: start, feedIntervalMin: min, feedIntervalMax: max } = this.settings;
    return { start, min, max };
  }
}

function rhythmOf({ since }: DueFeed, activity: readonly Date[]): Rhythm {
  return { since: since.getTime(), activity: activity.map((moment) => moment.getTime()) };
}

function validatorsOf({ etag, lastModified }: DueFeed): { etag?: string; lastModified?: string } {
  return { ...(etag !== null && { etag }), ...(lastModified !== null && { lastModified }) };
}

function kept(validator: string | undefined): string | null {
  return validator !== undefined && validator.length <= LONGEST_VALIDATOR ? validator : null;
}
