import { Logger } from '@nestjs/common';
import { closeOnSignal } from './close-on-signal.js';
import { DatabaseRefused } from './database.js';
import { processEnvironment } from './service.config.js';
import type { ServiceDefinition } from './service-definition.js';
import { runServices } from './run-services.js';
import { SettingsError } from './settings.js';
import { version } from './version.js';

/** Milliseconds to leave groups and to close connections, beside those for the batches in hand. */
const LEAVE_MS = 2_000;

/** The process of one service: runs it, and tells every wrong setting, a line each, before it ends with 78 (EX_CONFIG). */
export async function main(definition: ServiceDefinition): Promise<void> {
  try {
    const running = await runServices([definition], { environment: processEnvironment() });
    const logger = new Logger(definition.name);
    logger.log(`${definition.name} ${version} listens on ${running.url}`);
    closeOnSignal(async () => {
      logger.log('draining');
      await running.close();
      logger.log('stopped');
    }, running.settings.shutdownMs + LEAVE_MS);
  } catch (error) {
    if (error instanceof SettingsError) {
      for (const problem of error.problems) process.stderr.write(`${definition.name}: ${problem}\n`);
      process.exit(78);
    }
    process.stderr.write(`${definition.name}: cannot start: ${told(error)}\n`);
    process.exit(1);
  }
}

/** A system's error, such as a port that is taken, says all in its message, and so does a database that refuses us. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error || error instanceof DatabaseRefused ? error.message : (error.stack ?? error.message);
}
