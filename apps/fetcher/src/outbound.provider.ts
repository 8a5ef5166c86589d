import type { FactoryProvider, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { MAX_PAGE_BYTES } from '@newsmill/contracts';
import { createOutbound, optionProblems, type Outbound, type OutboundOptions } from '@newsmill/outbound';
import type { FetcherSettings } from './fetcher.config.js';

/** The {@link Outbound} of the fetcher. */
export const OUTBOUND = Symbol('OUTBOUND');

export function outboundProvider(settings: FetcherSettings): FactoryProvider<Outbound> {
  return { provide: OUTBOUND, useFactory: () => createOutbound(outboundOptions(settings)) };
}

/** What the client says of the settings it is made from. */
export function outboundProblems(settings: FetcherSettings): string[] {
  return optionProblems('NEWSMILL_OUTBOUND_ALLOW or NEWSMILL_USER_AGENT', outboundOptions(settings));
}

function outboundOptions(settings: FetcherSettings): OutboundOptions {
  return {
    userAgent: settings.userAgent,
    allow: settings.outboundAllow,
    totalTimeoutMs: settings.fetchTimeoutMs,
    maxSockets: settings.outboundSockets,
    maxSocketsPerHost: settings.outboundSocketsPerHost,
    maxBodyBytes: MAX_PAGE_BYTES,
    maxDecompressedBytes: MAX_PAGE_BYTES,
  };
}

/** Ends open sockets with the process. */
@Injectable()
export class OutboundShutdown implements OnApplicationShutdown {
  constructor(@Inject(OUTBOUND) private readonly outbound: Outbound) {}

  async onApplicationShutdown(): Promise<void> {
    await this.outbound.close();
  }
}
