import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { Transport } from '@newsmill/stage';
import { HealthController, Readiness } from './health.js';
import { joinObservers, logObserver } from './log-observer.js';
import { loggingModule } from './logging.js';
import { Metrics } from './metrics.js';
import type { ServiceSettings } from './service.config.js';
import type { ServiceDefinition } from './service-definition.js';
import { loadServiceSettings } from './service-settings.js';
import { type Environment, loadSettings, SettingsError, type SettingValues } from './settings.js';
import { StageServer } from './stage-server.js';
import { SERVICE_SETTINGS, TRANSPORT } from './tokens.js';
import { type Tracing, TRACING } from './tracing/tracing.js';
import { version } from './version.js';

interface HostOptions {
  common: ServiceSettings;
  /** Settings of each service, in their order. */
  own: readonly SettingValues<ServiceDefinition['settings']>[];
  transport: Transport;
  metrics: Metrics;
  tracing: Tracing;
  logStyle?: 'json' | 'plain' | undefined;
}

/** The root module of a process that runs these services, with what they share. */
export function hostServices(
  definitions: readonly ServiceDefinition[],
  { common, own, transport, metrics, tracing, logStyle }: HostOptions,
): { root: DynamicModule; server: StageServer } {
  const server = new StageServer({
    transport,
    stages: definitions.flatMap(({ stages }) => stages),
    prefix: common.topicPrefix,
    serviceVersion: version,
    observer: joinObservers(metrics, logObserver(tracing)),
    tracing,
    shutdownMs: common.shutdownMs,
  });
  const root: DynamicModule = {
    module: ServiceHost,
    imports: [
      loggingModule(common, logStyle ?? (process.stdout.isTTY ? 'plain' : 'json'), tracing),
      TerminusModule.forRoot({ logger: false }),
      ...definitions.map((definition, index) => definition.register({ ...common, ...own[index] })),
    ],
    providers: [
      { provide: TRANSPORT, useValue: transport },
      { provide: SERVICE_SETTINGS, useValue: common },
      { provide: Metrics, useValue: metrics },
      { provide: TRACING, useValue: tracing },
      { provide: StageServer, useValue: server },
      Readiness,
    ],
    exports: [TRANSPORT, SERVICE_SETTINGS, Metrics, TRACING, StageServer, Readiness],
  };
  return { root, server };
}

/** Milliseconds that spans have to reach their collector when everything else is closed. */
const LAST_SPANS_MS = 1_000;

/** Holds what every service of the process shares, and closes the log after everything that uses it. */
@Global()
@Module({ controllers: [HealthController] })
class ServiceHost implements OnApplicationShutdown {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
    await this.tracing.close(LAST_SPANS_MS);
  }
}

/** Settings of a process and of each of its services. @throws SettingsError with every wrong one */
export function loadAllSettings(
  definitions: readonly ServiceDefinition[],
  environment: Environment,
): { common: ServiceSettings; own: SettingValues<ServiceDefinition['settings']>[] } {
  const problems: string[] = [];
  const load = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const common = load(() => loadServiceSettings(environment));
  const own = definitions.map(({ settings }) => load(() => loadSettings(settings, environment)));
  definitions.forEach(({ name, database, check }, index) => {
    if (common !== undefined && database !== undefined && common.databaseUrl === undefined) {
      problems.push(`NEWSMILL_DATABASE_URL is not set: the ${name} keeps its state in PostgreSQL`);
    }
    const values = own[index];
    if (values !== undefined) problems.push(...(check?.(values) ?? []));
  });
  if (problems.length > 0 || common === undefined) throw new SettingsError([...new Set(problems)]);
  return { common, own: own.map((values) => values!) };
}
