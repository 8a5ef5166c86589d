import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type EventOf, linkDiscovered, pageFetched } from '@newsmill/contracts';
import type { FetchedResource } from '@newsmill/outbound';
import { emit, type Fail, type Outcome, reject, skip } from '@newsmill/stage';
import { hostOf, InvalidUrl, normalizeUrl, pageIdOf } from '@newsmill/web';
import { DataSource } from 'typeorm';
import { type KnownLink, type KnownPage, Page } from '../entities/page.entity.js';
import type { fetch } from '../fetch.stage.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { GoneGuard } from './gone-guard.js';
import type { RevisitSettings } from './revisits.config.js';
import { afterMissing, GONE_STATUSES, NO_STATUS, nextVisit, nextVisitAfterFault, visitsNeeded } from './visit-rule.js';
import { PageRows } from './page-rows.js';
import { withdrawalOf } from './withdrawal.js';

type Link = EventOf<typeof linkDiscovered>;
type FetchOutcome = Outcome<typeof fetch>;

/** Longer validators are not worth their place, in characters. */
const MAX_VALIDATOR = 1_024;

/** A link on its way to its page, with what is known of the page. */
export interface Visit {
  readonly link: Link;
  /** `undefined`: an address that cannot be known, or pages are not remembered. */
  readonly pageId: string | undefined;
  /** The page that the link leads to, if it has been fetched before. */
  readonly page: KnownPage | undefined;
  /** The link may have been handled before, its answer lost, or already stored with other content. */
  readonly isRepeated: boolean;
  /** The address under which the article came in. */
  readonly original: string;
  /** Conditions of the request; none when the content is wanted whatever it is. */
  readonly validators: { etag?: string; lastModified?: string };
}

/**
 * The pages that have been fetched, and what each visit means for them: unchanged, changed, missing, gone.
 *
 * A visit is noted before its outcome is on the log, and a link may come again: after a crash, or when the log is wound back.
 * What such a link brings is said again, but not remembered as said: the log may never have had it, and the store takes one
 * content for a receipt. So the next revisit brings the content under a receipt of its own.
 */
@Injectable()
export class PageVisits {
  private readonly logger = new Logger('revisit');
  private readonly rows: PageRows;

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: RevisitSettings,
    private readonly guard: GoneGuard,
  ) {
    this.rows = new PageRows(database);
  }

  async begin(link: Link): Promise<Visit> {
    const pageId = this.settings.revisit.length === 0 ? undefined : idOf(link);
    const found = pageId === undefined ? undefined : await this.rows.find(pageId);
    const known = found && leadsTo(found, link) ? found : undefined;
    const isRepeated =
      known !== undefined &&
      (known.toldUnder === link.receiptId || Date.parse(link.discoveredAt) <= known.visitedAt.getTime());
    const page = isRepeated ? await this.doubt(known, link) : known;
    const original = link.revisit === undefined ? link.url : (page?.link.url ?? link.url);
    return { link, pageId, page, isRepeated, original, validators: validatorsFor(link, page) };
  }

  /** Unlearns what the log may not have been told. */
  private async doubt(page: KnownPage, { receiptId }: Link): Promise<KnownPage> {
    const toldUnder = page.toldUnder === receiptId ? null : page.toldUnder;
    const doubted = { toldUnder, digest: null, etag: null, lastModified: null };
    await this.database.manager.update(Page, page.id, doubted);
    return { ...page, ...doubted };
  }

  /** Whether a 304 is about the content that is known: a date as validator says nothing of another address. */
  isUnchanged({ page, validators }: Visit, { status, url }: FetchedResource): boolean {
    return status === 304 && Object.keys(validators).length > 0 && page?.finalUrl === url;
  }

  /**
   * Notes what a visit was answered and gives the outcome of its link.
   * @param outcome what the answer means for a page of which nothing is known
   */
  async end(visit: Visit, resource: FetchedResource, outcome: FetchOutcome, now: Date): Promise<FetchOutcome> {
    const { page, link } = visit;
    if (this.isUnchanged(visit, resource)) {
      await this.save(withValidators(afterAnswer(page!, 304, now), resource), now);
      return skip('not modified since the last visit');
    }
    if ('topic' in outcome && outcome.topic.name === pageFetched.name) {
      return this.found(visit, resource, outcome.event, now);
    }
    if (page === undefined || !('kind' in outcome) || outcome.kind !== 'reject') return outcome;
    if (GONE_STATUSES.has(resource.status)) return this.missing(page, link, resource, now);
    const { status } = resource;
    const isThere = status >= 200 && status < 300;
    await this.save(isThere ? afterAnswer(page, status, now) : { ...page, status, visitedAt: now }, now);
    return outcome;
  }

  /**
   * The outcome of a link whose host does not answer, or answers that it cannot now. Nothing is lost by a revisit that is
   * not made, so it is not tried again and again in front of other links: it is put off.
   * @param status of the answer, if there was one
   */
  async fault({ page, link }: Visit, failed: Fail, status: number | undefined, now: Date): Promise<FetchOutcome> {
    const { errorClass, message, reasonClass } = failed.fault;
    if (link.revisit === undefined || (errorClass !== 'remote' && errorClass !== 'timeout')) return failed;
    if (page !== undefined) {
      const nextVisitAt = nextVisitAfterFault(page, now, this.settings);
      await this.database.manager.update(Page, page.id, { status: status ?? NO_STATUS, nextVisitAt });
    }
    return reject(`put off: ${message}`, reasonClass);
  }

  private async found(
    { page, pageId, link, isRepeated }: Visit,
    resource: FetchedResource,
    event: EventOf<typeof pageFetched>,
    now: Date,
  ): Promise<FetchOutcome> {
    const told = emit(pageFetched, event);
    if (pageId === undefined) return told;
    if (page !== undefined && page.withdrawnAt !== null && page.toldUnder !== null && !link.restore) {
      await this.save({ ...page, status: resource.status, visitedAt: now }, now);
      this.logger.warn(
        `${page.url} answers again: its article stays withdrawn until it is restored by an explicit word`,
      );
      return link.revisit === undefined
        ? told
        : skip('answers again; withdrawn until it is restored by an explicit word');
    }
    const digest = createHash('sha256').update(event.content).digest('hex');
    const isUnchanged = link.revisit !== undefined && page?.digest === digest && page.finalUrl === resource.url;
    const address = addressAfter(resource) ?? (link.revisit === undefined ? undefined : page?.address) ?? link.url;
    const before = page ?? firstSeen(pageId, link, now);
    const isMoved = page !== undefined && page.address !== address;
    await this.save(
      {
        ...withValidators(afterAnswer(before, resource.status, now), resource),
        address,
        host: hostOf(address),
        finalUrl: resource.url,
        link: link.revisit === undefined ? lastingPart(link) : before.link,
        ...(isRepeated ? { digest: null, etag: null, lastModified: null } : { digest }),
        toldUnder: isUnchanged ? before.toldUnder : link.receiptId,
        withdrawnAt: null,
      },
      now,
    );
    if (isMoved) this.logger.log(`${before.url} is visited at ${address} from now on`);
    return isUnchanged ? skip('the same content as at the last visit') : told;
  }

  private async missing(
    page: KnownPage,
    link: Link,
    { status, url }: FetchedResource,
    now: Date,
  ): Promise<FetchOutcome> {
    const rejected = (why: string) => reject(`HTTP status ${status} (${url}); ${why}`, 'http-permanent');
    if (page.withdrawnAt !== null) {
      const { withdrawnAt, toldUnder } = page;
      await this.save({ ...page, status, visitedAt: now, toldUnder: toldUnder ?? link.receiptId }, now);
      if (toldUnder !== null) return rejected(`withdrawn since ${withdrawnAt.toISOString()}`);
      return emit(pageFetched, withdrawalOf({ ...page, withdrawnAt }, link.receiptId, status, now));
    }
    const seen = await this.save(afterMissing(page, status, now, this.settings), now);
    await this.guard.askWitnesses(seen, now);
    const needed = visitsNeeded(status, this.settings);
    if (seen.goneCount < needed) return rejected(`missing at ${seen.goneCount} visits, withdrawn after ${needed}`);
    const objection = await this.guard.objection({ ...seen, firstGoneAt: seen.firstGoneAt ?? now });
    if (objection !== undefined) return rejected(objection);
    const withdrawn = { ...seen, withdrawnAt: now, toldUnder: link.receiptId };
    await this.save({ ...withdrawn, etag: null, lastModified: null, digest: null }, now);
    this.logger.log(`${page.url} is gone (${status}): its article is withdrawn`);
    return emit(pageFetched, withdrawalOf(withdrawn, link.receiptId, status, now));
  }

  /** Notes a page and plans its next visit. */
  private async save(page: KnownPage, now: Date): Promise<KnownPage> {
    const nextVisitAt = nextVisit(page, now, this.settings);
    const link = nextVisitAt === null ? withoutContent(page.link) : page.link;
    const planned = { ...page, link, nextVisitAt };
    await this.rows.save(planned);
    return planned;
  }
}

/** The page after an answer that there is something. */
function afterAnswer(page: KnownPage, status: number, now: Date): KnownPage {
  return { ...page, status, visitedAt: now, goneCount: 0, firstGoneAt: null, lastGoneAt: null };
}

/** A 304 may leave out those that stay (RFC 9110, 15.4.5). */
function withValidators(page: KnownPage, { status, headers }: FetchedResource): KnownPage {
  const isSame = status === 304;
  return {
    ...page,
    etag: validator(headers['etag']) ?? (isSame ? page.etag : null),
    lastModified: validator(headers['last-modified']) ?? (isSame ? page.lastModified : null),
  };
}

function firstSeen(id: string, link: Link, now: Date): KnownPage {
  return {
    id,
    url: normalizeUrl(link.url),
    address: link.url,
    host: hostOf(link.url),
    finalUrl: link.url,
    link: lastingPart(link),
    firstFetchedAt: now,
    visitedAt: now,
    status: NO_STATUS,
    etag: null,
    lastModified: null,
    digest: null,
    toldUnder: null,
    visit: 1,
    nextVisitAt: null,
    goneCount: 0,
    firstGoneAt: null,
    lastGoneAt: null,
    withdrawnAt: null,
  };
}

function lastingPart({ url, publisher, guid, origin, hints }: Link): KnownLink {
  return { url, publisher, guid, origin, hints };
}

/** What the feed delivered is needed as long as the page is looked at again: the page may show less, or refuse. */
function withoutContent(link: KnownLink): KnownLink {
  return link.hints?.content === undefined ? link : { ...link, hints: { ...link.hints, content: undefined } };
}

/** `undefined`: not an address of a page, which the fetch will tell. */
function idOf(link: Link): string | undefined {
  const { revisit, publisher, guid, url } = link;
  if (revisit !== undefined) return revisit.pageId;
  try {
    normalizeUrl(url);
    return publisher !== undefined && guid !== undefined ? pageIdOf({ publisher, guid }) : pageIdOf({ url });
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
}

/** The same guid may come with another address, of which the known page says nothing. */
function leadsTo(page: KnownPage, link: Link): boolean {
  return link.revisit !== undefined || [page.url, normalizeUrl(page.address)].includes(normalizeUrl(link.url));
}

/** A revisit wants the content only if it has changed; a newsroom or a feed that names a page wants it read again. */
function validatorsFor({ revisit }: Link, page: KnownPage | undefined): Visit['validators'] {
  if (revisit === undefined || page === undefined || page.digest === null) return {};
  return {
    ...(page.etag !== null && { etag: page.etag }),
    ...(page.lastModified !== null && { lastModified: page.lastModified }),
  };
}

/** Where the page has moved for good. Sites send removed pages to their front page, which is no page's address. */
function addressAfter({ movedTo }: FetchedResource): string | undefined {
  if (movedTo === undefined || new URL(movedTo).pathname === '/') return undefined;
  try {
    hostOf(movedTo);
    return movedTo;
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
}

function validator(value: string | undefined): string | null {
  return value === undefined || value.length > MAX_VALIDATOR ? null : value;
}
