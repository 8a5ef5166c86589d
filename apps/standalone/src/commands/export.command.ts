import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Position } from '@newsmill/stage';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import { replayPoint } from './replay-point.js';
import { stopOnSignal } from './stop-on-signal.js';

interface ExportCommandOptions {
  warc: string;
  from: string;
  to?: string;
  only?: string[];
  force?: boolean;
  json?: boolean;
}

/** Ended by the user with its work undone, as a shell tells SIGINT. */
const INTERRUPTED = 130;

/** `newsmill export --warc <file>` */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the pages that the log holds as a web archive (WARC 1.1)')
    .requiredOption('--warc <file>', 'compressed by record if it ends in .gz; - for standard output')
    .option('--from <time>', 'taken in at or after a time (ISO 8601) or within an age (7d, 36h, 30m)', 'earliest')
    .option('--to <time>', 'taken in before a time or an age')
    .option('--only <host|publisher|id>', 'pages of a host, publisher, page or receipt; may be repeated', add)
    .option('--force', 'replace a file that is there')
    .option('--json', 'print one JSON document at the end')
    .action(exportPages);
}

function add(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function exportPages(options: ExportCommandOptions): Promise<void> {
  const { warc: file } = options;
  const now = new Date();
  const from = timePoint('--from', options.from, now);
  const until = options.to === undefined ? Infinity : timeOf(timePoint('--to', options.to, now));
  const isStdout = file === '-';
  if (!isStdout && !options.force && (await exists(file))) {
    throw new CommandError(`${file}: is there already; --force replaces it`);
  }
  const { withLog } = await import('./open-log.js');
  const { version } = await import('@newsmill/service');
  const { exportWarc } = await import('../warc/export-warc.js');
  const { isAbout } = await import('../replay-selection.js');
  const stopping = stopOnSignal();
  const partial = `${file}.partial`;
  try {
    await withLog(async (transport, { topicPrefix }) => {
      const output = isStdout ? process.stdout : createWriteStream(partial);
      const failed = isStdout ? new Promise<never>(() => undefined) : finished(output).then(() => undefined);
      const work = exportWarc(
        transport,
        output,
        {
          prefix: topicPrefix,
          from,
          until,
          selects: isAbout(options.only ?? []),
          version,
          now,
          gzip: isStdout || file.endsWith('.gz'),
        },
        stopping.signal,
      );
      const report = (await Promise.race([work, failed])) ?? (await work);
      if (!isStdout) {
        output.end();
        await failed;
      }
      const aside = report.unreadable > 0 ? `; ${report.unreadable} cannot be read` : '';
      const told = isStdout ? process.stderr : process.stdout;
      if (report.stopped) {
        process.exitCode = INTERRUPTED;
        process.stderr.write('newsmill: stopped; nothing is written\n');
      } else {
        if (!isStdout) await rename(partial, file);
        told.write(`${options.json ? JSON.stringify(report) : `${report.written} pages written${aside}`}\n`);
      }
    });
  } finally {
    stopping.release();
    if (!isStdout) await rm(partial, { force: true });
  }
}

function timePoint(option: string, text: string, now: Date): 'earliest' | { time: number } {
  const point = replayPoint(option, text, now.getTime());
  if (point === 'earliest' || 'time' in point) return point;
  throw new CommandError(`${option} "${text}": use a time (ISO 8601), an age such as 7d or 36h, or earliest`, 2);
}

function timeOf(point: Extract<Position, 'earliest' | { time: number }>): number {
  return point === 'earliest' ? 0 : point.time;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
