import { Controller, Inject, Logger } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { type EventOf, linkDiscovered, MAX_PAGE_BYTES, pageFetched } from '@newsmill/contracts';
import { type FetchedResource, type Outbound, OutboundError } from '@newsmill/outbound';
import { StageHandler } from '@newsmill/service';
import { emit, fail, type HandlerContext, type Outcome, reject, StageFault, toFault } from '@newsmill/stage';
import { decodePage, InvalidUrl, mediaTypeOf, pageIdOf, sniffMediaType } from '@newsmill/web';
import { orEntry } from './entry-stand-in.js';
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
}

@Controller()
export class FetchController {
  private readonly logger = new Logger('fetch');

  constructor(
    @Inject(OUTBOUND) private readonly outbound: Outbound,
    private readonly visits: PageVisits,
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
    const visit = await this.visits.begin(link);
    const answer: Answer = ailing === undefined ? await this.ask(visit, signal) : { outcome: fail(ailing) };
    const { outcome: found, resource } = answer;
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
      return { resource, outcome: toPage(visit, resource, this.clock()) };
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: outcomeOf(error) };
    }
  }
}

/** What it means that there is no answer. */
function outcomeOf(error: unknown): FetchOutcome {
  if (error instanceof InvalidUrl) return reject(error.message);
  if (!(error instanceof OutboundError)) return fail(toFault(error));
  if (!error.transient) return reject(error.message);
  const errorClass = error.kind === 'timeout' ? 'timeout' : 'remote';
  return fail(new StageFault(errorClass, error.message, { cause: error }));
}

/** What a server's answer means for the article. */
function toPage(visit: Visit, resource: FetchedResource, now: Date): FetchOutcome {
  const { link, original } = visit;
  const { status, url } = resource;
  if (status === 429 || status >= 500) return fail(new StageFault('remote', `HTTP status ${status} (${url})`));
  if (status < 200 || status >= 300) return orEntry(visit, reject(`HTTP status ${status} (${url})`), status, now);
  if (resource.body.length === 0) return reject(`the page is empty (${url})`);
  const mediaType = mediaTypeOf(resource.contentType) ?? sniffMediaType(resource.body);
  if (mediaType === undefined || !HTML.has(mediaType)) {
    return reject(`not an HTML page: ${mediaType ?? 'unknown media type'} (${url})`);
  }
  const { text, charset } = decodePage(resource.body, resource.contentType);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAGE_BYTES) return reject(`too large: ${bytes} bytes, at most ${MAX_PAGE_BYTES} (${url})`);
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
    contentLanguage: resource.headers['content-language'],
    fetchedAt: now.toISOString(),
  });
}
