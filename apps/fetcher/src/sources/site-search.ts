import { Injectable } from '@nestjs/common';
import { PoliteFetch } from '../politeness/polite-fetch.js';
import { discover, type Discovery, verify } from './discovery.js';
import type { FeedKind } from './source-declaration.js';

/** A request waits so long for its host, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Looks at sites by the way that all requests go. */
@Injectable()
export class SiteSearch {
  constructor(private readonly polite: PoliteFetch) {}

  /** @throws the reason of the signal */
  discover(home: string, signal: AbortSignal, known: readonly string[] = []): Promise<Discovery> {
    return discover(home, {
      signal,
      known,
      fetch: (url, request) => this.polite.fetch(url, { ...request, patienceMs: PATIENCE_MS }),
    });
  }

  /** @throws the reason of the signal */
  verify(feeds: readonly { url: string; kind: FeedKind }[], signal: AbortSignal): Promise<Discovery> {
    return verify(feeds, {
      signal,
      fetch: (url, request) => this.polite.fetch(url, { ...request, patienceMs: PATIENCE_MS }),
    });
  }
}
