import { Controller, Inject, Logger } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { type EventOf, linkDiscovered, MAX_PAGE_BYTES, pageFetched } from '@newsmill/contracts';
import { type FetchedResource, type Outbound, OutboundError } from '@newsmill/outbound';
import { StageHandler } from '@newsmill/service';
import { emit, fail, type HandlerContext, type Outcome, reject, StageFault, toFault } from '@newsmill/stage';
import { decodePage, InvalidUrl, mediaTypeOf, pageIdOf, sniffMediaType } from '@newsmill/web';
import { fetch } from './fetch.stage.js';
import { OUTBOUND } from './outbound.provider.js';

type Link = EventOf<typeof linkDiscovered>;
type FetchOutcome = Outcome<typeof fetch>;

const HTML = new Set(['text/html', 'application/xhtml+xml']);

@Controller()
export class FetchController {
  private readonly logger = new Logger('fetch');

  constructor(@Inject(OUTBOUND) private readonly outbound: Outbound) {}

  /** Hosts side by side, the links of one host one after another. */
  @StageHandler(fetch)
  async fetch(@Payload() links: Link[], @Ctx() context: HandlerContext): Promise<FetchOutcome[]> {
    const outcomes = new Map<Link, FetchOutcome>();
    const hosts = Map.groupBy(links, ({ host }) => host);
    await Promise.all(
      [...hosts.values()].map(async (sameHost) => {
        let ailing: StageFault | undefined;
        for (const link of sameHost) {
          // A host that does not answer is not asked again for its other links in the same batch.
          const outcome = ailing === undefined ? await this.fetchLink(link, context.signal) : fail(ailing);
          if ('kind' in outcome && outcome.kind === 'fail') ailing = outcome.fault;
          outcomes.set(link, outcome);
        }
      }),
    );
    return links.map((link) => outcomes.get(link)!);
  }

  private async fetchLink(link: Link, signal: AbortSignal): Promise<FetchOutcome> {
    try {
      const resource = await this.outbound.fetchPage(link.url, { signal });
      const outcome = toPage(link, resource, new Date());
      if ('topic' in outcome) this.logger.log(`fetched ${link.url}`);
      return outcome;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof InvalidUrl) return reject(error.message);
      if (!(error instanceof OutboundError)) return fail(toFault(error));
      if (!error.transient) return reject(error.message);
      const errorClass = error.kind === 'timeout' ? 'timeout' : 'remote';
      return fail(new StageFault(errorClass, error.message, { cause: error }));
    }
  }
}

/** What a server's answer means for the article. */
function toPage(link: Link, resource: FetchedResource, now: Date): FetchOutcome {
  const { status, url } = resource;
  if (status === 429 || status >= 500) return fail(new StageFault('remote', `HTTP status ${status} (${url})`));
  if (status < 200 || status >= 300) return reject(`HTTP status ${status} (${url})`);
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
    url: { original: link.url, final: url },
    mediaType: 'text/html',
    content: text,
    charset,
    status,
    contentLanguage: resource.headers['content-language'],
    fetchedAt: now.toISOString(),
  });
}
