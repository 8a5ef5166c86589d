import { Controller, Inject } from '@nestjs/common';
import { articleEnriched, articleParsed, type EventOf, pageFetched } from '@newsmill/contracts';
import { PublisherRules } from '@newsmill/extraction';
import { readDocument } from '@newsmill/record';
import { StageHandler } from '@newsmill/service';
import { emit, fail, type Outcome, reject, StageFault } from '@newsmill/stage';
import { parse } from './parse.stage.js';

type PageFetched = EventOf<typeof pageFetched>;

@Controller()
export class ParseController {
  constructor(@Inject(PublisherRules) private readonly publishers: PublisherRules) {}

  @StageHandler(parse)
  parse(pages: PageFetched[]): Outcome<typeof parse>[] {
    return pages.map((page) => parsePage(page, this.publishers));
  }
}

/** A page that breaks the reader is a fault of that page alone. */
function parsePage(page: PageFetched, publishers: PublisherRules): Outcome<typeof parse> {
  try {
    const found = readDocument(page, publishers);
    if (!found.ok) return reject(found.reason);
    // A kill must not wait: what nobody may read needs no annotations.
    return found.version.record.pubStatus === 'usable'
      ? emit(articleParsed, found.version)
      : emit(articleEnriched, found.version);
  } catch (error) {
    return fail(
      new StageFault('handler', `${page.url.final}: ${(error as Error).message}`, { cause: error, retry: false }),
    );
  }
}
