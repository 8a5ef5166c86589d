import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EventOf, pageFetched } from '@newsmill/contracts';
import { CommandError } from '../commands/command-error.js';
import { type ImportTerms, MAX_BLOCK, pageOf, type SkipReason, skipUnread } from './archived-page.js';
import { readWarc } from './read-warc.js';
import { WarcError } from './warc-error.js';

type Page = EventOf<typeof pageFetched>;

/** Puts pages on the log; resolves when they are there. */
export type TakePages = (pages: readonly Page[]) => Promise<void>;

export interface ImportOptions extends Omit<ImportTerms, 'source' | 'now'> {
  /** Most pages that are taken in, of all files together. */
  limit: number;
  now(): Date;
  /** Octets read and octets in all; not called for standard input, whose end nobody knows. */
  onProgress?(done: number, total: number): void;
}

/** What an import has done, by what became of each record. */
export interface ImportReport {
  /** Records read, of all types. */
  records: number;
  /** Pages on the log. */
  taken: number;
  skipped: Partial<Record<SkipReason, number>>;
  /** Files that could not be read to their end, with the reason and the place. */
  broken: { file: string; problem: string; offset: number }[];
  /** Ended before the last record: the limit was reached, or the signal came. */
  stopped: boolean;
}

/** Pages put on the log at once, and characters of their content: what is in memory besides the record at hand. */
const BATCH = { pages: 32, characters: 8 * 1024 * 1024 };

/**
 * Takes in the pages of WARC files, one after another. A file that is cut off or damaged gives what stands before the
 * place, which the report names; the others are read all the same.
 * @param files paths, or `-` for standard input
 * @throws CommandError for a file that cannot be opened, and what `take` throws
 */
export async function importWarc(
  files: readonly string[],
  take: TakePages,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<ImportReport> {
  const report: ImportReport = { records: 0, taken: 0, skipped: {}, broken: [], stopped: false };
  const sizes = await Promise.all(files.map(sizeOf));
  const total = sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, size) => sum + size!, 0);
  let before = 0;
  for (const [index, file] of files.entries()) {
    if (report.stopped) break;
    const from = before;
    const onProgress = (done: number): void => {
      if (total !== undefined) options.onProgress?.(from + done, total);
    };
    const input = file === '-' ? process.stdin : createReadStream(file);
    try {
      await importFile(input, file, { take, options, signal, report, onProgress });
    } catch (error) {
      if (!(error instanceof WarcError)) throw error;
      report.broken.push({ file, problem: error.message, offset: error.offset });
    } finally {
      input.destroy();
    }
    before += sizes[index] ?? 0;
  }
  return report;
}

interface FileImport {
  take: TakePages;
  options: ImportOptions;
  signal: AbortSignal;
  report: ImportReport;
  onProgress(done: number): void;
}

async function importFile(input: AsyncIterable<Uint8Array>, file: string, run: FileImport): Promise<void> {
  const { options, signal, report } = run;
  const name = file === '-' ? 'standard input' : basename(file);
  const terms: ImportTerms = { ...options, source: `warc:${name}`, now: options.now() };
  const waiting: Page[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await run.take(waiting);
    report.taken += waiting.length;
    waiting.length = 0;
    characters = 0;
  };
  const wants = (type: string, headers: Headers): boolean => skipUnread(type, headers, 0, terms) === undefined;
  try {
    for await (const record of readWarc(input, { maxBlock: MAX_BLOCK, wants, onProgress: run.onProgress })) {
      report.records += 1;
      const found = await pageOf(record, terms);
      if ('skip' in found) report.skipped[found.skip] = (report.skipped[found.skip] ?? 0) + 1;
      else {
        waiting.push(found.page);
        characters += found.page.content.length;
        if (waiting.length >= BATCH.pages || characters >= BATCH.characters) await flush();
      }
      if (signal.aborted || report.taken + waiting.length >= options.limit) {
        report.stopped = true;
        break;
      }
    }
  } finally {
    await flush();
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  try {
    const found = await stat(file);
    if (!found.isFile() && !found.isFIFO()) throw new CommandError(`${file}: is no file`);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
