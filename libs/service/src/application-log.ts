import { Logger } from '@nestjs/common';
import type { TransportLog } from '@newsmill/transport';

/** A part's log that goes where the application's logger writes. */
export function applicationLog(context: string): TransportLog {
  const logger = new Logger(context);
  return (level, message) => {
    logger[level === 'info' ? 'log' : level](message);
  };
}
