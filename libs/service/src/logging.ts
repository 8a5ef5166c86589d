import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { pino } from 'pino';
import { build as pretty } from 'pino-pretty';
import type { ServiceSettings } from './service.config.js';

/** pino: JSON lines, or plain words on a terminal (`NO_COLOR` is obeyed by pino-pretty). Credentials are never logged. */
export function loggingModule(settings: ServiceSettings, style: 'json' | 'plain'): DynamicModule {
  const options = {
    level: settings.logLevel,
    autoLogging: false,
    redact: ['req.headers.authorization', 'req.headers.cookie'],
    quietReqLogger: true,
  };
  const stream =
    style === 'plain'
      ? pretty({ ignore: 'pid,hostname,context,reqId', translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true })
      : pino.destination({ sync: false });
  return LoggerModule.forRoot({ pinoHttp: [options, stream] });
}
