import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TerminusModule } from '@nestjs/terminus';
import type { Transport } from '@newsmill/stage';
import { Logger as PinoLogger } from 'nestjs-pino';
import { HealthController, Readiness } from './health.js';
import { joinObservers, logObserver } from './log-observer.js';
import { loggingModule, quietNest } from './logging.js';
import { Metrics } from './metrics.js';
import { ProblemFilter } from './problem.js';
import { type ServiceSettings, serviceSettings } from './service.config.js';
import type { ServiceDefinition } from './service-definition.js';
import { type Environment, loadSettings, SettingsError, type SettingValues } from './settings.js';
import { StageServer } from './stage-server.js';
import { SERVICE_SETTINGS, TRANSPORT } from './tokens.js';
import { createTransport } from './transport.js';
import { version } from './version.js';

/** Request bodies over this many bytes are refused with 413: 16 MiB. */
const BODY_LIMIT = 16 * 1024 * 1024;

export interface RunOptions {
  environment: Environment;
  /** Instead of the transport that the settings name. */
  transport?: Transport;
  /** `plain` on a terminal, `json` elsewhere. */
  logStyle?: 'json' | 'plain';
  /** Told when the log can no longer be consumed. Default: say so and end the process with 1. */
  onCrash?: (error: Error) => void;
}

export interface RunningServices {
  app: NestFastifyApplication;
  /** Base URL of the HTTP server. */
  url: string;
  settings: ServiceSettings;
  transport: Transport;
  stages: StageServer;
  close(): Promise<void>;
}

/**
 * Runs one service, or several in one process, until it is closed or SIGTERM comes.
 * @throws SettingsError with every wrong setting of every service.
 */
export async function runServices(
  definitions: readonly ServiceDefinition[],
  options: RunOptions,
): Promise<RunningServices> {
  const { common, own } = loadAll(definitions, options.environment);
  const name = definitions.map((definition) => definition.name).join('+');
  const crash = options.onCrash ?? exitOnCrash;
  const transport = options.transport ?? createTransport(common, { clientId: `newsmill-${name}`, onCrash: crash });
  const metrics = new Metrics();
  const stages = definitions.flatMap((definition) => definition.stages);
  const server = new StageServer({
    transport,
    stages,
    prefix: common.topicPrefix,
    serviceVersion: version,
    observer: joinObservers(metrics, logObserver()),
    shutdownMs: common.shutdownMs,
  });
  metrics.watchLag(transport, common.topicPrefix, stages);

  const root: DynamicModule = {
    module: ServiceHost,
    imports: [
      loggingModule(common, options.logStyle ?? (process.stdout.isTTY ? 'plain' : 'json')),
      TerminusModule.forRoot({ logger: false }),
      ...definitions.map((definition, index) => definition.register({ ...common, ...own[index] })),
    ],
    providers: [
      { provide: TRANSPORT, useValue: transport },
      { provide: SERVICE_SETTINGS, useValue: common },
      { provide: Metrics, useValue: metrics },
      { provide: StageServer, useValue: server },
      Readiness,
    ],
    exports: [TRANSPORT, SERVICE_SETTINGS, Metrics, StageServer, Readiness],
  };
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT, forceCloseConnections: 'idle', trustProxy: false });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  try {
    app.useLogger(quietNest(app.get(PinoLogger)));
    app.useGlobalFilters(new ProblemFilter());
    app.connectMicroservice({ strategy: server });
    await app.init();
    await app.startAllMicroservices();
    await app.listen(common.httpPort, common.httpHost);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  return { app, url: await app.getUrl(), settings: common, transport, stages: server, close: () => app.close() };
}

/** Holds what every service of the process shares, and closes the log after everything that uses it. */
@Global()
@Module({ controllers: [HealthController] })
class ServiceHost implements OnApplicationShutdown {
  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}

function loadAll(
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
  const common = load(() => loadSettings(serviceSettings, environment));
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

function exitOnCrash(error: Error): void {
  process.stderr.write(`newsmill: the log can no longer be consumed: ${error.message}\n`);
  process.exit(1);
}
