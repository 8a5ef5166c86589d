import { NestFactory } from '@nestjs/core';
import type { Stage, StageHandler, Transport } from '@newsmill/stage';
import { commandLogger } from './command-logger.js';
import { dependencyOf } from './dependency.js';
import type { ServiceDefinition } from './service-definition.js';
import { hostServices, loadAllSettings } from './service-host.js';
import type { Environment } from './settings.js';
import { version } from './version.js';

/** A stage's handler with everything it depends on, to be run by a command. */
export interface OpenStage<S extends Stage> {
  handler: StageHandler<S>;
  serviceVersion: string;
  dependencyOf(thrown: unknown): string | undefined;
  close(): Promise<void>;
}

/**
 * Opens a stage of a service without the service: it consumes nothing and listens nowhere.
 * @param transport is closed with the stage
 * @throws SettingsError with every wrong setting of the service
 */
export async function openStage<S extends Stage>(
  definition: ServiceDefinition,
  stage: S,
  { environment, transport }: { environment: Environment; transport: Transport },
): Promise<OpenStage<S>> {
  const { common, own } = loadAllSettings([definition], environment);
  const { root, server } = hostServices([definition], { common, own, transport, logStyle: 'plain' });
  const app = await NestFactory.createMicroservice(root, {
    strategy: server,
    logger: commandLogger,
    abortOnError: false,
  });
  try {
    await app.init();
    return { handler: server.handlerOf(stage), serviceVersion: version, dependencyOf, close: () => app.close() };
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
}
