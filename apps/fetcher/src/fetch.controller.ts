import { Controller, Inject, Logger } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { type EventOf, linkDiscovered, MAX_PAGE_BYTES, pageFetched } from '@newsmill/contracts';
import type { FetchedResource, Outbound } from '@newsmill/outbound';
import { StageHandler } from '@newsmill/service';
import { emit, fail, type HandlerContext, type Outcome, reject, type StageFault } from '@newsmill/stage';
import { decodePage, mediaTypeOf, pageIdOf, sniffMediaType } from '@newsmill/web';
import { CanonicalPages, type FollowedPage } from './canonical/canonical-pages.js';
import { orEntry } from './entry-stand-in.js';
import { faultOutcome, statusOutcome } from './fetch-fault.js';
import { fetch } from './fetch.stage.js';
import { CLOCK } from './fetcher.tokens.js';
import { OUTBOUND } from './outbound.provider.js';
import { PageVisits, type Visit } from './revisits/page-visits.js';

type Link = EventOf<typeof linkDiscovered>;
type FetchOutcome = Outcome<typeof fetch>;

const HTML = new Set(['text/html', 'application/xhtml+xml']);

/** What the answer means for a page of which nothing is known; no resource: there was none. */
interface Answer {
  outcome: FetchOutcome;
  resource?: FetchedResource;
  followed?: FollowedPage;
}

@Controller()
export class FetchController {
  private readonly logger = new Logger('fetch');

  constructor(
    @Inject(OUTBOUND) private readonly outbound: Outbound,
    private readonly visits: PageVisits,
    private readonly canonicalPages: CanonicalPages,
    @Inject(CLOCK) private readonly clock: () => Date,
  ) {}

  /** Hosts side by side, the links of one host one after another. */
  @StageHandler(fetch)
  async fetch(@Payload() links: Link[], @Ctx() context: HandlerContext): Promise<FetchOutcome[]> {
    const outcomes = new Map<Link, FetchOutcome>();
    const hosts = Map.groupBy(links, ({ host }) => host);
    const settled = await Promise.allSettled(
      [...hosts.values()].map(async (sameHost) => {
        let ailing: StageFault | undefined;
        for (const link of sameHost) {
          // A host that does not answer is not asked again for its other links in the same batch.
          const { outcome, fault } = await this.fetchLink(link, context.signal, ailing);
          ailing = fault ?? ailing;
          outcomes.set(link, outcome);
        }
      }),
    );
    for (const host of settled) if (host.status === 'rejected') throw host.reason;
    return links.map((link) => outcomes.get(link)!);
  }

  /**
   * @param ailing why the host of the link is not to be asked
   * @returns the outcome, and the fault if its host does not answer
   * @throws only what keeps every link from being fetched: an abort, or the database's fault.
   */
  private async fetchLink(
    link: Link,
    signal: AbortSignal,
    ailing: StageFault | undefined,
  ): Promise<{ outcome: FetchOutcome; fault?: StageFault }> {
    const begun = await this.canonicalPages.begin(link);
    const answer: Answer = ailing === undefined ? await this.ask(begun, signal) : { outcome: fail(ailing) };
    const { outcome: found, resource, followed } = answer;
    const visit = followed === undefined ? begun : await this.canonicalPages.visitOf(begun, followed);
    if ('kind' in found && found.kind === 'fail') {
      return { outcome: await this.visits.fault(visit, found, resource?.status, this.clock()), fault: found.fault };
    }
    if (resource === undefined) return { outcome: found };
    const outcome = await this.visits.end(visit, resource, found, this.clock());
    if ('topic' in outcome && resource.status < 300) this.logger.log(`fetched ${link.url}`);
    return { outcome };
  }

  /** @throws the reason of the signal, and nothing else */
  private async ask(visit: Visit, signal: AbortSignal): Promise<Answer> {
    const { url } = visit.link;
    try {
      let resource = await this.outbound.fetchPage(url, { signal, ...visit.validators });
      if (resource.status === 304 && !this.visits.isUnchanged(visit, resource)) {
        resource = await this.outbound.fetchPage(url, { signal });
      }
      const get = (address: string) => this.outbound.fetchPage(address, { signal });
      const followed = await this.canonicalPages.follow(visit, resource, get, signal);
      return { resource: followed.resource, followed, outcome: toPage(visit, followed, this.clock()) };
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: faultOutcome(error) };
    }
  }
}

/** What a server's answer means for the article. */
function toPage(visit: Visit, { resource, links }: FollowedPage, now: Date): FetchOutcome {
  const { link, original } = visit;
  const { status, url } = resource;
  const refused = statusOutcome(resource);
  if (refused !== undefined) return refused.kind === 'reject' ? orEntry(visit, refused, status, now) : refused;
  if (resource.body.length === 0) return reject(`the page is empty (${url})`, 'not-a-page');
  const mediaType = mediaTypeOf(resource.contentType) ?? sniffMediaType(resource.body);
  if (mediaType === undefined || !HTML.has(mediaType)) {
    return reject(`not an HTML page: ${mediaType ?? 'unknown media type'} (${url})`, 'not-a-page');
  }
  const { text, charset } = decodePage(resource.body, resource.contentType);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAGE_BYTES) return reject(`${bytes} bytes, at most ${MAX_PAGE_BYTES} (${url})`, 'too-large');
  const { receiptId, publisher, guid, origin, hints, restore } = link;
  return emit(pageFetched, {
    receiptId,
    publisher,
    guid,
    origin,
    hints,
    restore,
    pageId: publisher !== undefined && guid !== undefined ? pageIdOf({ publisher, guid }) : pageIdOf({ url }),
    url: { original, final: url },
    mediaType: 'text/html',
    content: text,
    charset,
    status,
    canonical: links?.canonicalFrom === 'header' ? links.canonical : undefined,
    contentLanguage: resource.headers['content-language'],
    fetchedAt: now.toISOString(),
  });
}
