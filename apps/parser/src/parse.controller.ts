import { Controller, Inject } from '@nestjs/common';
import { articleParsed, type EventOf, pageFetched } from '@newsmill/contracts';
import { extractArticle, type PageInput, PublisherRules } from '@newsmill/extraction';
import { StageHandler } from '@newsmill/service';
import { emit, fail, type Outcome, reject, StageFault } from '@newsmill/stage';
import { toArticleVersion } from './article-version.js';
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

/** A page that breaks the extractor is a fault of that page alone. */
function parsePage(page: PageFetched, publishers: PublisherRules): Outcome<typeof parse> {
  try {
    const input: PageInput = {
      html: page.content,
      url: page.url.final,
      fetchedAt: page.fetchedAt,
      ...(page.status !== undefined && { status: page.status }),
      ...(page.contentLanguage !== undefined && { contentLanguage: page.contentLanguage }),
      ...(page.hints !== undefined && { hints: definedOnly(page.hints) }),
    };
    const found = extractArticle(input, { publishers });
    return found.ok
      ? emit(articleParsed, toArticleVersion(page, found.article))
      : reject(found.detail === '' ? found.reason : `${found.reason}: ${found.detail}`);
  } catch (error) {
    return fail(
      new StageFault('handler', `${page.url.final}: ${(error as Error).message}`, { cause: error, retry: false }),
    );
  }
}

function definedOnly(hints: { title?: string | undefined; published?: string | undefined }): {
  title?: string;
  published?: string;
} {
  return {
    ...(hints.title !== undefined && { title: hints.title }),
    ...(hints.published !== undefined && { published: hints.published }),
  };
}
