import { Body, Controller, HttpCode, Inject, Logger, Post, Req, UseGuards } from '@nestjs/common';
import { articleIdOf, hostOf, normalizeUrl, pageIdOf } from '@newsmill/web';
import type { FastifyRequest } from 'fastify';
import { ulid } from 'ulid';
import { FETCHER_SETTINGS } from './fetcher.tokens.js';
import type { FetcherSettings } from './fetcher.config.js';
import { Intake } from './intake.js';
import { readPushBody } from './push-body.js';
import { publisherOf, PushKeyGuard } from './push-key.guard.js';

interface PushAnswer {
  receiptId: string;
  /** Known at once when the publisher gave its own id of the article. */
  articleId?: string;
  /** Tells what became of it. */
  statusUrl: string;
}

/** The newsrooms' door. 202 means that it is on the log. */
@Controller('v1/articles')
@UseGuards(PushKeyGuard)
export class PushController {
  private readonly logger = new Logger('push');

  constructor(
    private readonly intake: Intake,
    @Inject(FETCHER_SETTINGS) private readonly settings: FetcherSettings,
  ) {}

  @Post()
  @HttpCode(202)
  async push(@Body() body: unknown, @Req() request: FastifyRequest): Promise<PushAnswer> {
    const { url, html, guid } = readPushBody(body);
    const publisher = publisherOf(request);
    const now = new Date();
    const intake = {
      receiptId: ulid(now.getTime()),
      publisher,
      ...(guid !== undefined && { guid }),
      origin: { mode: 'push' as const, source: publisher },
    };
    const address = new URL(url).href;
    if (html === undefined) {
      const link = { ...intake, url: address, host: hostOf(address), discoveredAt: now.toISOString() };
      await this.intake.takeLinks('push', [link]);
    } else {
      const page = {
        ...intake,
        pageId: guid === undefined ? pageIdOf({ url }) : pageIdOf({ publisher, guid }),
        url: { original: address, final: normalizeUrl(address) },
        mediaType: 'text/html' as const,
        content: html,
        fetchedAt: now.toISOString(),
      };
      await this.intake.takePages('push', [page]);
    }
    this.logger.debug(`${publisher} pushed ${address}`);
    return {
      receiptId: intake.receiptId,
      ...(guid !== undefined && { articleId: articleIdOf({ publisher, guid }) }),
      statusUrl: new URL(`/v1/receipts/${intake.receiptId}`, this.queryBase(request)).href,
    };
  }

  private queryBase(request: FastifyRequest): string {
    return this.settings.queryUrl ?? `${request.protocol}://${request.host}`;
  }
}
