import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@newsmill/service';
import type { FastifyRequest } from 'fastify';
import type { FetcherSettings } from '../fetcher.config.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';

/** Where what becomes of a push can be asked for. */
@Injectable()
export class StatusUrls {
  constructor(@Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'queryUrl'>) {}

  /** @throws Problem 400 for a Host header that is none; asked for before anything is taken */
  of(request: FastifyRequest): (receiptId: string) => string {
    const base = this.settings.queryUrl ?? `${request.protocol}://${request.host}`;
    if (!URL.canParse(base)) throw new Problem(400, 'the Host header names no host');
    return (receiptId) => new URL(`v1/receipts/${receiptId}`, base.endsWith('/') ? base : `${base}/`).href;
  }
}
