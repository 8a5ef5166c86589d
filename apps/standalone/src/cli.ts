import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError } from './commands/command-error.js';
import { deadLettersCommand } from './commands/dead-letters.command.js';
import { docsCommand } from './commands/docs.command.js';
import { explainCommand } from './commands/explain.command.js';
import { exportCommand } from './commands/export.command.js';
import { extractCommand } from './commands/extract.command.js';
import { fetchCommand } from './commands/fetch.command.js';
import { fixtureCommand } from './commands/fixture.command.js';
import { goneGuardCommand } from './commands/gone-guard.command.js';
import { importCommand } from './commands/import.command.js';
import { keysCommand } from './commands/keys.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import { rebuildCommand } from './commands/rebuild.command.js';
import { replayCommand } from './commands/replay.command.js';
import { sourcesCommand } from './commands/sources.command.js';
import { statusCommand } from './commands/status.command.js';
import { storeHashCommand } from './commands/store-hash.command.js';
import { topicsCommand } from './commands/topics.command.js';
import { traceCommand } from './commands/trace.command.js';
import { upCommand } from './commands/up.command.js';
import { webhooksCommand } from './commands/webhooks.command.js';

/** Exit code of a wrong setting: EX_CONFIG of sysexits. */
const WRONG_SETTING = 78;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * The `newsmill` command. Commands load what they need when they run, so that `--help` answers at once. Failures that a user can mend are one line on
 * stderr each.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('newsmill')
    .description('event-driven news ingestion')
    .version(version)
    .showHelpAfterError('(see --help)');
  for (const command of [
    upCommand(),
    topicsCommand(),
    statusCommand(),
    traceCommand(),
    deadLettersCommand(),
    sourcesCommand(),
    goneGuardCommand(),
    replayCommand(),
    rebuildCommand(),
    storeHashCommand(),
    webhooksCommand(),
    keysCommand(),
    importCommand(),
    exportCommand(),
    fetchCommand(),
    extractCommand(),
    explainCommand(),
    fixtureCommand(),
    migrateCommand(),
    docsCommand(),
  ]) {
    program.addCommand(command);
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = tell(error);
  }
}

function tell(error: unknown): number {
  if (isSettingsError(error)) {
    for (const problem of error.problems) process.stderr.write(`newsmill: ${problem}\n`);
    return WRONG_SETTING;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`newsmill: ${error.message}\n`);
    return error.exitCode;
  }
  const known = isMendable(error);
  process.stderr.write(`newsmill: ${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  return 1;
}

/** Told by name, so that the libraries they come from need not be loaded to say what went wrong. */
function isSettingsError(error: unknown): error is Error & { problems: readonly string[] } {
  return error instanceof Error && error.name === 'SettingsError';
}

/** The message says all: the log is down, the database refuses us, topics cannot be as asked for, the clock is behind, the data folder is in use, a port is taken. */
function isMendable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    'syscall' in error ||
    error.name === 'LogUnavailable' ||
    error.name === 'DatabaseRefused' ||
    error.name === 'StoreInUse' ||
    error.name === 'TopicsRefused' ||
    error.name === 'ReplayClockBehind' ||
    ancestry(error).includes('EmbeddedPostgresError')
  );
}

function ancestry(error: Error): string[] {
  const names: string[] = [];
  for (
    let type: unknown = error.constructor;
    typeof type === 'function' && type.name !== '';
    type = Object.getPrototypeOf(type)
  ) {
    names.push(type.name);
  }
  return names;
}
