import { NestFactory } from '@nestjs/core';
import type { NestMicroservice } from '@nestjs/microservices';
import type { Stage, StageHandler, Transport } from '@newsmill/stage';
import { commandLogger } from './command-logger.js';
import { dependencyOf } from './dependency.js';
import type { ServiceDefinition } from './service-definition.js';
import { hostServices, loadAllSettings } from './service-host.js';
import { Metrics } from './metrics.js';
import type { Environment } from './settings.js';
import { NO_TRACING } from './tracing/tracing.js';
import { version } from './version.js';

/** A stage's handler with everything it depends on, to be run by a command. */
export interface OpenStage<S extends Stage> {
  handler: StageHandler<S>;
  serviceVersion: string;
  dependencyOf(thrown: unknown): string | undefined;
  close(): Promise<void>;
}

/**
 * Opens a stage of a service without the service: it consumes nothing, listens nowhere, and does none of its work
 * in the background.
 * @param transport is closed with the stage
 * @throws SettingsError with every wrong setting of the service
 */
export async function openStage<S extends Stage>(
  definition: ServiceDefinition,
  stage: S,
  { environment, transport }: { environment: Environment; transport: Transport },
): Promise<OpenStage<S>> {
  const { common, own } = loadAllSettings([definition], environment);
  const { root, server } = hostServices([definition], {
    common,
    own,
    transport,
    metrics: new Metrics(),
    tracing: NO_TRACING,
    logStyle: 'plain',
  });
  const app = (await NestFactory.createMicroservice(root, {
    strategy: server,
    logger: commandLogger,
    abortOnError: false,
  })) as NestMicroservice;
  // The hooks of the start begin the service's own work (publishing, sweeping, polling), by the settings of whoever runs
  // the command: that is left to the service.
  app.setIsInitHookCalled(true);
  try {
    await app.registerModules();
    return { handler: server.handlerOf(stage), serviceVersion: version, dependencyOf, close: () => app.close() };
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
}
