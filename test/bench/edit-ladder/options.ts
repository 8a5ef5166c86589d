import { parseArgs } from 'node:util';
import { DEFAULT_DATA } from '../extraction/gold.ts';

export interface Options {
  /** Folder with gold.json and the pages; they are left out where it is absent. */
  data: string;
  /** Real pages of each half. */
  pages: number;
  output: 'table' | 'json' | 'docs' | 'misses';
}

export const USAGE = `node test/bench/edit-ladder.ts [options]

  --data DIR     folder with gold.json and the pages
  --pages 30     real pages that the rules were written with, and as many that were kept apart
  --json         print the figures alone
  --docs         write docs/material-change.md
  --misses       list the cases that went wrong
  --help`;

/** The command line cannot be followed; the message says what to give instead. */
export class UsageError extends Error {}

/**
 * @returns undefined when help is asked for
 * @throws {UsageError}
 */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parsed(args);
  if (values.help) return undefined;
  const outputs = (['json', 'docs', 'misses'] as const).filter((name) => values[name]);
  if (outputs.length > 1) throw new UsageError(`--${outputs.join(' and --')}: one of them`);
  const pages = Number(values.pages);
  if (!Number.isInteger(pages) || pages < 1) throw new UsageError(`--pages ${values.pages}: a whole number from 1`);
  return { data: values.data ?? DEFAULT_DATA, pages, output: outputs[0] ?? 'table' };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        data: { type: 'string' },
        pages: { type: 'string', default: '30' },
        json: { type: 'boolean', default: false },
        docs: { type: 'boolean', default: false },
        misses: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
