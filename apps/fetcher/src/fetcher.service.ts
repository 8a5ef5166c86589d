import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { articleOutcomes, linkDiscovered, pageFetched } from '@newsmill/contracts';
import {
  databaseCheck,
  databaseModule,
  defineService,
  Readiness,
  SERVICE_SETTINGS,
  type ServiceSettings,
} from '@newsmill/service';
import { DataSource } from 'typeorm';
import { canonicalProviders } from './canonical/canonical.providers.js';
import { feedProviders } from './feeds/feeds.providers.js';
import { pollingProblems } from './feeds/polling.config.js';
import { FetchController } from './fetch.controller.js';
import { fetch } from './fetch.stage.js';
import { fetcherSettings } from './fetcher.config.js';
import { fetcherDatabase } from './fetcher.database.js';
import { fetcherMetrics } from './fetcher.metrics.js';
import { CLOCK, FETCHER_SETTINGS } from './fetcher.tokens.js';
import { Intake } from './intake.js';
import { outboundProblems, outboundProvider, OutboundShutdown } from './outbound.provider.js';
import { pushControllers, pushProviders } from './push/push.providers.js';
import { PushKeys } from './push/push-keys.js';
import { userAgentProblems } from './politeness/politeness.config.js';
import { politenessProviders } from './politeness/politeness.providers.js';
import { GoneGuard } from './revisits/gone-guard.js';
import { PageVisits } from './revisits/page-visits.js';
import { RevisitScheduler } from './revisits/revisit-scheduler.js';
import { sourcesControllers, sourcesProblems, sourcesProviders } from './sources/sources.providers.js';
import { webSubControllers, webSubProviders } from './websub/web-sub.providers.js';

@Module({})
class FetcherModule implements OnModuleInit {
  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(SERVICE_SETTINGS) private readonly settings: ServiceSettings,
  ) {}

  onModuleInit(): void {
    this.readiness.require('fetcher database', databaseCheck(this.database, this.settings));
  }
}

/** Takes links and pages in: pulled from feeds, pushed by newsrooms. */
export const fetcher = defineService({
  name: 'fetcher',
  description: 'Takes links and pages in: pulled from feeds, pushed by newsrooms.',
  settings: fetcherSettings,
  metrics: fetcherMetrics,
  stages: [fetch],
  writers: [
    { name: 'push', description: 'the door for newsrooms', writes: [linkDiscovered, pageFetched, articleOutcomes] },
    { name: 'feed', description: 'the entries of polled feeds', writes: [linkDiscovered, articleOutcomes] },
    { name: 'import', description: 'the pages of web archives', writes: [pageFetched, articleOutcomes] },
    { name: 'revisit', description: 'known pages, to be looked at again', writes: [linkDiscovered, articleOutcomes] },
    {
      name: 'deferral',
      description: 'links whose hosts had no time for them, when they have',
      writes: [linkDiscovered],
    },
  ],
  check: (settings) => [
    ...(settings.push ? PushKeys.problems(settings) : []),
    ...sourcesProblems(settings),
    ...pollingProblems(settings),
    ...outboundProblems(settings),
    ...userAgentProblems(settings),
  ],
  database: fetcherDatabase,
  register: (settings): DynamicModule => ({
    module: FetcherModule,
    imports: [databaseModule(fetcherDatabase, settings)],
    controllers: [
      FetchController,
      ...sourcesControllers,
      ...(settings.push ? pushControllers : []),
      ...webSubControllers(settings),
    ],
    providers: [
      { provide: FETCHER_SETTINGS, useValue: settings },
      ...(settings.push ? pushProviders(settings) : []),
      outboundProvider(settings),
      OutboundShutdown,
      Intake,
      ...sourcesProviders(settings),
      ...feedProviders,
      ...webSubProviders,
      { provide: CLOCK, useValue: () => new Date() },
      GoneGuard,
      PageVisits,
      ...canonicalProviders,
      RevisitScheduler,
      ...politenessProviders,
    ],
  }),
});
