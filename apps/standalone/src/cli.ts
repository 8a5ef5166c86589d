import { EmbeddedPostgresError } from '@newsmill/embedded-postgres';
import { SettingsError, version } from '@newsmill/service';
import { LogUnavailable } from '@newsmill/transport';
import { Command } from 'commander';
import { CommandError } from './commands/command-error.js';
import { deadLettersCommand } from './commands/dead-letters.command.js';
import { docsCommand } from './commands/docs.command.js';
import { extractCommand } from './commands/extract.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import { topicsCommand } from './commands/topics.command.js';
import { upCommand } from './commands/up.command.js';

/** Exit code of a wrong setting: EX_CONFIG of sysexits. */
const WRONG_SETTING = 78;

/** The `newsmill` command. Failures that a user can mend are one line on stderr each. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('newsmill')
    .description('event-driven news ingestion')
    .version(version)
    .showHelpAfterError('(see --help)');
  for (const command of [
    upCommand(),
    topicsCommand(),
    deadLettersCommand(),
    extractCommand(),
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
  if (error instanceof SettingsError) {
    for (const problem of error.problems) process.stderr.write(`newsmill: ${problem}\n`);
    return WRONG_SETTING;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`newsmill: ${error.message}\n`);
    return error.exitCode;
  }
  const known = error instanceof LogUnavailable || error instanceof EmbeddedPostgresError || isSystemError(error);
  process.stderr.write(`newsmill: ${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  return 1;
}

/** Such as a port that is taken: the message says all. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
