import type { Provider, Type } from '@nestjs/common';
import { AdminKeyGuard, AdminKeys } from '@newsmill/service';
import { normalizeUrl } from '@newsmill/web';
import { DeclaredSources } from './declared-sources.js';
import { DiscoveryQueue } from './discovery-queue.js';
import { DiscoveryWorker } from './discovery-worker.js';
import { SiteSearch } from './site-search.js';
import { Sources } from './sources.js';
import { SourcesController } from './sources.controller.js';

interface SourceSettings {
  adminKey: readonly string[];
  feeds: readonly string[];
  sourcesFile?: string | undefined;
}

export const sourcesControllers: Type[] = [SourcesController];

export function sourcesProviders({ adminKey }: Pick<SourceSettings, 'adminKey'>): Provider[] {
  return [
    { provide: AdminKeys, useValue: new AdminKeys(adminKey) },
    AdminKeyGuard,
    Sources,
    DeclaredSources,
    SiteSearch,
    DiscoveryQueue,
    DiscoveryWorker,
  ];
}

/** What is wrong with the settings of sources, each naming its setting. */
export function sourcesProblems(settings: SourceSettings): string[] {
  return [
    ...AdminKeys.problems('NEWSMILL_ADMIN_KEY', settings.adminKey),
    ...settings.feeds.flatMap(feedProblems),
    ...DeclaredSources.problems(settings),
  ];
}

function feedProblems(url: string): string[] {
  try {
    normalizeUrl(url);
    return [];
  } catch (error) {
    return [`NEWSMILL_FEEDS: ${(error as Error).message}`];
  }
}
