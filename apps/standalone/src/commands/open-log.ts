import {
  connectionWarnings,
  createTransport,
  loadServiceSettings,
  logToStandardError,
  processEnvironment,
  type ServiceSettings,
} from '@newsmill/service/command';
import type { Transport } from '@newsmill/stage';
import { DataFolder } from '../data-folder.js';
import { loadStandaloneSettings } from '../standalone.config.js';
import { CommandError } from './command-error.js';

/** Runs `use` on the log that the environment names, or else on the one of the standalone that runs on this machine. */
export async function withLog<T>(use: (transport: Transport, settings: ServiceSettings) => Promise<T>): Promise<T> {
  const settings = await logSettings();
  const transport = await createTransport(settings, { clientId: 'newsmill-command' });
  try {
    await transport.connect();
    return await use(transport, settings);
  } finally {
    await transport.close();
  }
}

/** Settings of the log at hand, and of the database beside it. */
export async function logSettings(): Promise<ServiceSettings> {
  const settings = await findSettings();
  for (const warning of connectionWarnings(settings)) logToStandardError('warn', warning);
  return settings;
}

async function findSettings(): Promise<ServiceSettings> {
  const environment = processEnvironment();
  if (environment.NEWSMILL_KAFKA_BROKERS || environment.NEWSMILL_TRANSPORT) {
    return loadServiceSettings(environment);
  }
  const { dataDir } = loadStandaloneSettings();
  const running = await new DataFolder(dataDir).running();
  if (running === undefined) {
    throw new CommandError(
      `no log at hand: set NEWSMILL_KAFKA_BROKERS, or run "newsmill up" (no standalone runs in ${dataDir})`,
    );
  }
  return loadServiceSettings({
    ...environment,
    NEWSMILL_TRANSPORT: running.transport,
    NEWSMILL_DATABASE_URL: running.databaseUrl,
    NEWSMILL_TOPIC_PREFIX: running.topicPrefix,
  });
}
