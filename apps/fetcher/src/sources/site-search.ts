import { Inject, Injectable } from '@nestjs/common';
import type { Outbound } from '@newsmill/outbound';
import { OUTBOUND } from '../outbound.provider.js';
import { discover, type Discovery, verify } from './discovery.js';
import type { FeedKind } from './source-declaration.js';

/** Looks at sites by the client that all requests leave by. */
@Injectable()
export class SiteSearch {
  constructor(@Inject(OUTBOUND) private readonly outbound: Outbound) {}

  /** @throws the reason of the signal */
  discover(home: string, signal: AbortSignal, known: readonly string[] = []): Promise<Discovery> {
    return discover(home, { signal, known, fetch: (url, request) => this.outbound.fetchPage(url, request) });
  }

  /** @throws the reason of the signal */
  verify(feeds: readonly { url: string; kind: FeedKind }[], signal: AbortSignal): Promise<Discovery> {
    return verify(feeds, { signal, fetch: (url, request) => this.outbound.fetchPage(url, request) });
  }
}
