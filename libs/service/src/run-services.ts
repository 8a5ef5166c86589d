import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Transport } from '@newsmill/stage';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Logger as PinoLogger } from 'nestjs-pino';
import type { DataSource } from 'typeorm';
import { applicationLog } from './application-log.js';
import { watchCertificates } from './certificate-expiry.js';
import { Readiness } from './health.js';
import { watchHttp } from './http-metrics.js';
import { watchLag } from './lag-watch.js';
import { quietNest } from './logging.js';
import { Metrics } from './metrics.js';
import { Problem } from './problem.js';
import { answerProblem, ProblemFilter } from './problem.filter.js';
import type { ServiceSettings } from './service.config.js';
import type { ServiceDefinition } from './service-definition.js';
import { connectionWarnings } from './service-settings.js';
import { hostServices, loadAllSettings } from './service-host.js';
import type { Environment } from './settings.js';
import type { StageServer } from './stage-server.js';
import { parseBodies } from './streamed-body.js';
import { traceRequests } from './tracing/http-spans.js';
import { openTracing } from './tracing/open-tracing.js';
import { createTransport } from './transport.js';
import { watchTransactions } from './transaction-watch.js';
import { type ConnectionPool, tellBuild, watchConnections, watchDependencies } from './watch-process.js';

/** Request bodies over this many bytes are refused with 413: 16 MiB. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** Longest part of a path that names something, in characters as sent: an id of 512 characters, each percent-encoded. */
const MAX_PARAMETER = 6_144;

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
  const { common, own } = loadAllSettings(definitions, options.environment);
  const names = definitions.map((definition) => definition.name);
  const crash = options.onCrash ?? exitOnCrash;
  const transport =
    options.transport ??
    (await createTransport(common, {
      clientId: `newsmill-${names.join('+')}`,
      onCrash: crash,
      log: applicationLog(common.transport),
    }));
  const metrics = new Metrics();
  const tracing = await openTracing(common, { services: names, system: transport.kind, metrics });
  const { root, server } = hostServices(definitions, {
    common,
    own,
    transport,
    metrics,
    tracing,
    logStyle: options.logStyle,
  });
  const stages = definitions.flatMap((definition) => definition.stages);
  metrics.hostStages(stages);
  watchLag(metrics, transport, common.topicPrefix, stages);
  watchTransactions(metrics, transport, common.topicPrefix, definitions);
  watchCertificates(metrics, common);
  tellBuild(metrics, names);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle',
    trustProxy: false,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    // An address that the router cannot read comes to no filter.
    frameworkErrors: (error: FastifyError, _: FastifyRequest, reply: FastifyReply) =>
      void answerProblem(reply, new Problem(error.statusCode ?? 400, error.message)),
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  try {
    if (tracing.isOn) traceRequests(adapter.getInstance(), tracing);
    parseBodies(adapter.getInstance(), BODY_LIMIT);
    watchHttp(metrics, adapter.getInstance());
    app.useLogger(quietNest(app.get(PinoLogger)));
    const logger = new Logger('security');
    for (const warning of connectionWarnings(common)) logger.warn(warning);
    app.useGlobalFilters(new ProblemFilter());
    app.connectMicroservice({ strategy: server });
    await app.init();
    watchDependencies(metrics, app.get(Readiness).dependencies);
    watchConnections(metrics, transport, await poolsOf(app, definitions));
    await app.startAllMicroservices();
    await app.listen(common.httpPort, common.httpHost);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  return { app, url: await app.getUrl(), settings: common, transport, stages: server, close: () => app.close() };
}

/** The pools of the services' own schemas; TypeORM keeps that of `pg` on its driver. */
async function poolsOf(
  app: NestFastifyApplication,
  definitions: readonly ServiceDefinition[],
): Promise<Map<string, ConnectionPool>> {
  const schemas = definitions.flatMap(({ database }) => (database === undefined ? [] : [database.schema]));
  if (schemas.length === 0) return new Map();
  const { getDataSourceToken } = await import('@nestjs/typeorm');
  return new Map(
    schemas.map((schema) => {
      const { driver } = app.get<DataSource>(getDataSourceToken(schema), { strict: false });
      return [schema, (driver as unknown as { master: ConnectionPool }).master];
    }),
  );
}

function exitOnCrash(error: Error): void {
  process.stderr.write(`newsmill: the log can no longer be consumed: ${error.message}\n`);
  process.exit(1);
}
