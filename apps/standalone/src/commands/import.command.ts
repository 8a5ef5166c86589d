import { isatty } from 'node:tty';
import type { Intake } from '@newsmill/fetcher';
import { Command } from 'commander';
import type { ImportReport } from '../warc/import-warc.js';
import { CommandError } from './command-error.js';
import { wholeNumber } from './options.js';
import { createProgressLine } from './progress-line.js';
import { stopOnSignal } from './stop-on-signal.js';

interface ImportCommandOptions {
  only?: string[];
  limit?: string;
  dryRun?: boolean;
  asExported?: boolean;
  json?: boolean;
}

/** Ended by the user with its work undone, as a shell tells SIGINT. */
const INTERRUPTED = 130;

/** `newsmill import <file.warc[.gz]>...` */
export function importCommand(): Command {
  return new Command('import')
    .description('take in the pages of web archives (WARC); exits with 1 when a file is cut off or damaged')
    .argument('<file...>', 'WARC 1.0 or 1.1, plain or compressed by record; - for standard input')
    .option('--only <host>', 'pages of this host and its subdomains; may be repeated', add)
    .option('--limit <n>', 'take in at most n pages')
    .option('--dry-run', 'tell what would be taken in; take in nothing')
    .option('--as-exported', 'believe what "newsmill export --warc" wrote: identity, hints, documents of newsrooms')
    .option('--json', 'print one JSON document at the end')
    .action(importFiles);
}

function add(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function importFiles(files: string[], options: ImportCommandOptions): Promise<void> {
  if (files.filter((file) => file === '-').length > 1) throw new CommandError('standard input can be read once', 2);
  const { importWarc } = await import('../warc/import-warc.js');
  const stopping = stopOnSignal();
  const line = createProgressLine(process.stderr, isatty(2));
  const run = (take: Parameters<typeof importWarc>[1]): Promise<ImportReport> =>
    importWarc(
      files,
      take,
      {
        hosts: (options.only ?? []).map((host) => host.toLowerCase()),
        limit: options.limit === undefined ? Infinity : wholeNumber('--limit', options.limit),
        isOwnExport: options.asExported === true,
        now: () => new Date(),
        onProgress: (done, total) => line.show(done, total),
      },
      stopping.signal,
    );
  try {
    const report = options.dryRun ? await run(async () => undefined) : await intoLog(run);
    line.end();
    tell(report, options, stopping.signal.aborted);
  } finally {
    stopping.release();
  }
}

async function intoLog(
  run: (take: (pages: Parameters<Intake['takePages']>[1]) => Promise<void>) => Promise<ImportReport>,
): Promise<ImportReport> {
  const { withLog } = await import('./open-log.js');
  const fetcher = await import('@newsmill/fetcher');
  const { Metrics, NO_TRACING } = await import('@newsmill/service');
  return withLog(async (transport, settings) => {
    const intake = new fetcher.Intake(transport, settings, new Metrics(false), NO_TRACING);
    const report = await run((pages) => intake.takePages('import', pages));
    await intake.settled();
    return report;
  });
}

function tell(report: ImportReport, { json, dryRun }: ImportCommandOptions, isAborted: boolean): void {
  const { records, taken, skipped, broken, stopped } = report;
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const lines = [
      `${records} records read`,
      `${taken} pages ${dryRun ? 'would be taken in' : 'taken in'}`,
      ...Object.entries(skipped).map(([reason, count]) => `${count} passed over: ${reason}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  for (const { file, problem } of broken)
    process.stderr.write(`newsmill: ${file === '-' ? 'standard input' : file}: ${problem}\n`);
  if (stopped && isAborted) {
    process.stderr.write('newsmill: stopped; begin again with the same files, what is there is not stored twice\n');
    process.exitCode = INTERRUPTED;
  } else if (broken.length > 0) process.exitCode = 1;
}
