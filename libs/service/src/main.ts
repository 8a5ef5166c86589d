import { closeOnSignal } from './close-on-signal.js';
import { processEnvironment } from './service.config.js';
import type { ServiceDefinition } from './service-definition.js';
import { runServices } from './run-services.js';
import { SettingsError } from './settings.js';

/** The process of one service: runs it, and tells every wrong setting, a line each, before it ends with 78 (EX_CONFIG). */
export async function main(definition: ServiceDefinition): Promise<void> {
  try {
    const running = await runServices([definition], { environment: processEnvironment() });
    closeOnSignal(() => running.close());
  } catch (error) {
    if (error instanceof SettingsError) {
      for (const problem of error.problems) process.stderr.write(`${definition.name}: ${problem}\n`);
      process.exit(78);
    }
    process.stderr.write(`${definition.name}: cannot start: ${(error as Error).stack ?? String(error)}\n`);
    process.exit(1);
  }
}
