import { randomInt } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Logger, Post, Req, UseGuards } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import { articleIdOf, hostOf, normalizeUrl, pageIdOf } from '@newsmill/web';
import type { FastifyRequest } from 'fastify';
import { ulid } from 'ulid';
import { FETCHER_SETTINGS } from './fetcher.tokens.js';
import type { FetcherSettings } from './fetcher.config.js';
import { Intake } from './intake.js';
import { readPushBody } from './push-body.js';
import { publisherOf, PushKeyGuard } from './push-key.guard.js';

/** From Node's pool of random bytes; ulid by itself asks the system for each of its 16 characters. */
const random = (): number => randomInt(2 ** 32) / 2 ** 32;

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
      receiptId: ulid(now.getTime(), random),
      publisher,
      ...(guid !== undefined && { guid }),
      origin: { mode: 'push' as const, source: publisher },
    };
    const address = new URL(url).href;
    const statusUrl = this.statusUrl(intake.receiptId, request);
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
      statusUrl,
    };
  }

  /** @throws Problem 400 for a Host header that is none; before anything is taken. */
  private statusUrl(receiptId: string, request: FastifyRequest): string {
    const base = this.settings.queryUrl ?? `${request.protocol}://${request.host}`;
    if (!URL.canParse(base)) throw new Problem(400, `the Host header "${request.host}" names no host`);
    return new URL(`v1/receipts/${receiptId}`, base.endsWith('/') ? base : `${base}/`).href;
  }
}
