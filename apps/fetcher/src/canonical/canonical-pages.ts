import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import type { FetchedResource } from '@newsmill/outbound';
import { hostOf, InvalidUrl, normalizeUrl, pageIdOf, variantByAddress } from '@newsmill/web';
import { DataSource, LessThan, MoreThan } from 'typeorm';
import { PageVariant } from '../entities/page-variant.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { CLOCK } from '../fetcher.tokens.js';
import { PageVisits, type Visit } from '../revisits/page-visits.js';
import { type GetPage, type SettledPage, settlePage } from './settle-page.js';

type Link = EventOf<typeof linkDiscovered>;

/** Milliseconds for which a variant is taken for what it was: sites change their addresses. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

/** Every so many new variants the outdated ones are forgotten. */
const TIDY_EVERY = 1_000;

/** The page that stands for what a visit was answered. */
export interface FollowedPage extends SettledPage {
  /** The link was led to a page that is not there any more, and was asked itself. */
  isLinkItself: boolean;
}

/**
 * Leads links to AMP and print forms to the page itself: it is fetched, remembered and looked at again once, under its own
 * address, whichever form a link names. Whoever asks for a page calls `begin` in the place of {@link PageVisits.begin},
 * `follow` with the answer, and `visitOf` with what was followed.
 */
@Injectable()
export class CanonicalPages {
  private readonly logger = new Logger('canonical');
  /** The links of visits that go straight to the page. */
  private readonly shortened = new WeakMap<Visit, Link>();
  private noted = 0;

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    private readonly visits: PageVisits,
    @Inject(CLOCK) private readonly clock: () => Date,
  ) {}

  /** The visit of a link: of the page itself where the link names a variant that is known. */
  async begin(link: Link): Promise<Visit> {
    const canonical = await this.known(link);
    if (canonical === undefined) return this.visits.begin(link);
    const visit = await this.visitAt(link, canonical);
    this.shortened.set(visit, link);
    return visit;
  }

  /**
   * The page that stands for an answer. Asks no database.
   * @param get asks for further addresses, with the same limits and politeness
   * @throws what `get` throws where no answer is left without it, and the reason of the signal
   */
  async follow(visit: Visit, answer: FetchedResource, get: GetPage, signal: AbortSignal): Promise<FollowedPage> {
    const link = this.shortened.get(visit);
    // Not there any more: the variant may be.
    const isLinkItself = link !== undefined && (answer.status < 200 || answer.status >= 300);
    const settled = await settlePage(isLinkItself ? await get(link.url) : answer, get, signal);
    for (const { from, to, by, objection } of settled.steps) {
      const taken = objection === undefined ? '' : `, which is not taken: ${objection}`;
      this.logger.debug(`${from} leads to ${to} (${by})${taken}`);
    }
    return { ...settled, isLinkItself };
  }

  /** The visit under which a page is noted: that of the page itself, if the link named a variant. */
  async visitOf(visit: Visit, { variant, isLinkItself }: FollowedPage): Promise<Visit> {
    const link = isLinkItself ? this.shortened.get(visit)! : { ...visit.link, url: visit.original };
    if (isLinkItself) await this.database.manager.delete(PageVariant, { id: pageIdOf({ url: link.url }) });
    if (variant === undefined || visit.link.revisit !== undefined)
      return isLinkItself ? this.visits.begin(link) : visit;
    await this.note(link.url, variant.canonical);
    return this.visitAt(link, variant.canonical);
  }

  /** The visit of a link as if it had named the page itself; its receipt and the address it came under stay. */
  private async visitAt(link: Link, canonical: string): Promise<Visit> {
    const visit = await this.visits.begin({ ...link, url: canonical, host: hostOf(canonical) });
    return { ...visit, original: link.url };
  }

  private async known({ url, revisit }: Link): Promise<string | undefined> {
    // A revisit goes where the page stood. Most links look like no variant, and cost no question.
    if (revisit !== undefined || !looksLikeVariant(url)) return undefined;
    const notedAt = MoreThan(new Date(this.clock().getTime() - REMEMBERED_MS));
    const found = await this.database.manager.findOneBy(PageVariant, { id: pageIdOf({ url }), notedAt });
    return found?.canonical;
  }

  private async note(url: string, canonical: string): Promise<void> {
    const now = this.clock();
    await this.database.manager.upsert(PageVariant, { id: pageIdOf({ url }), canonical, notedAt: now }, ['id']);
    this.noted += 1;
    if (this.noted % TIDY_EVERY !== 1) return;
    await this.database.manager.delete(PageVariant, { notedAt: LessThan(new Date(now.getTime() - REMEMBERED_MS)) });
  }
}

function looksLikeVariant(url: string): boolean {
  try {
    return variantByAddress(normalizeUrl(url)) !== undefined;
  } catch (error) {
    if (error instanceof InvalidUrl) return false;
    throw error;
  }
}
