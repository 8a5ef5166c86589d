import { Logger, type LoggerService } from '@nestjs/common';
import { logToStandardError } from './standard-error.js';

/** For commands, whose standard output is their own: warnings and errors, a line each on standard error. */
export const commandLogger: LoggerService = {
  log: () => undefined,
  debug: () => undefined,
  verbose: () => undefined,
  warn: tell,
  error: tell,
  fatal: tell,
};

/** From now on every Nest logger of this process that no application has taken writes as `commandLogger` does. */
export function logAsCommand(): void {
  Logger.overrideLogger(commandLogger);
}

function tell(message: unknown): void {
  logToStandardError('error', message instanceof Error ? message.message : String(message));
}
