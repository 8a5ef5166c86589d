import type { DynamicModule, LoggerService } from '@nestjs/common';
import { Logger, LoggerModule } from 'nestjs-pino';
import { pino } from 'pino';
import { build as pretty } from 'pino-pretty';
import type { ServiceSettings } from './service.config.js';
import type { Tracing } from './tracing/tracing.js';

/** pino: JSON lines, or plain words on a terminal (`NO_COLOR` is obeyed by pino-pretty). Credentials are never logged; lines carry the ids of the span that they are of. */
export function loggingModule(settings: ServiceSettings, style: 'json' | 'plain', tracing: Tracing): DynamicModule {
  const options = {
    level: settings.logLevel,
    autoLogging: false,
    redact: ['authorization', 'cookie', 'x-newsmill-signature', 'x-superdesk-signature'].map(
      (header) => `req.headers["${header}"]`,
    ),
    quietReqLogger: true,
    ...(tracing.isOn && { mixin: () => tracing.logFields() }),
  };
  const stream =
    style === 'plain'
      ? pretty({ ignore: 'pid,hostname,context,reqId', translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true })
      : pino.destination({ sync: false });
  return LoggerModule.forRoot({ pinoHttp: [options, stream] });
}

/** Nest's own account of its modules and routes: of interest when something is wrong with them, noise otherwise. */
const NEST_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestMicroservice',
  'NestApplication',
]);

/** The application's logger, with Nest's own account of its start at debug level. */
export function quietNest(logger: Logger): LoggerService {
  return {
    log: (message: unknown, ...rest: unknown[]) =>
      NEST_CONTEXTS.has(String(rest.at(-1))) ? logger.debug(message, ...rest) : logger.log(message, ...rest),
    error: (message: unknown, ...rest: unknown[]) => logger.error(message, ...rest),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(message, ...rest),
    debug: (message: unknown, ...rest: unknown[]) => logger.debug(message, ...rest),
    verbose: (message: unknown, ...rest: unknown[]) => logger.verbose(message, ...rest),
    fatal: (message: unknown, ...rest: unknown[]) => logger.fatal(message, ...rest),
  };
}
