import type { TransportLog } from '@newsmill/transport';

/** Warnings and errors, a line each on standard error: standard output is a command's own. */
export const logToStandardError: TransportLog = (level, message) => {
  if (level === 'warn' || level === 'error') process.stderr.write(`newsmill: ${message}\n`);
};
