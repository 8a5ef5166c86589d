import type { FactoryProvider, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { MAX_PAGE_BYTES } from '@newsmill/contracts';
import { createOutbound, optionProblems, type Outbound, type OutboundOptions } from '@newsmill/outbound';
import { loadSettings, processEnvironment, SettingsError } from '@newsmill/service';
import { type FetcherSettings, fetcherSettings } from './fetcher.config.js';

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
    http2: settings.http2,
    totalTimeoutMs: settings.fetchTimeoutMs,
    maxSockets: settings.outboundSockets,
    maxSocketsPerHost: settings.outboundSocketsPerHost,
    maxBodyBytes: MAX_PAGE_BYTES,
    maxDecompressedBytes: MAX_PAGE_BYTES,
  };
}

/**
 * Options of a client that fetches as the fetcher of this environment does, for commands.
 * @param allow private hosts besides those of the settings
 * @throws SettingsError that tells every wrong setting
 */
export function commandOutboundOptions(allow: readonly string[]): OutboundOptions {
  const options = outboundOptions(loadSettings(fetcherSettings, processEnvironment()));
  const merged = { ...options, allow: [...(options.allow ?? []), ...allow] };
  const problems = optionProblems('--allow, NEWSMILL_OUTBOUND_ALLOW or NEWSMILL_USER_AGENT', merged);
  if (problems.length > 0) throw new SettingsError(problems);
  return merged;
}

/** Ends open sockets with the process. */
@Injectable()
export class OutboundShutdown implements OnApplicationShutdown {
  constructor(@Inject(OUTBOUND) private readonly outbound: Outbound) {}

  async onApplicationShutdown(): Promise<void> {
    await this.outbound.close();
  }
}
