import type { GoneGuardEntry } from '@newsmill/fetcher';
import { Command } from 'commander';
import { CommandError } from './command-error.js';

/** `newsmill gone-guard list|release` */
export function goneGuardCommand(): Command {
  const command = new Command('gone-guard').description(
    'hosts more than half of whose pages vanished at once: nothing of them is withdrawn',
  );
  command
    .command('list')
    .description('which hosts, since when, how many pages; exit code 1 when one is guarded')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const { listGuardedHosts } = await import('@newsmill/fetcher/gone-guard');
      const hosts = await withFetcherDatabase(listGuardedHosts);
      const text = hosts.length === 0 ? 'no host is guarded' : hosts.map(lineOf).join('\n');
      process.stdout.write(`${json ? JSON.stringify(hosts) : text}\n`);
      if (hosts.some(({ releasedAt }) => releasedAt === null)) process.exitCode = 1;
    });
  command
    .command('release')
    .argument('<host>', 'as the list shows it, with its port if it has one')
    .description('the missing pages of the host are gone indeed: look once more, and withdraw those that are missing')
    .action(async (host: string) => {
      const { releaseGuardedHost } = await import('@newsmill/fetcher/gone-guard');
      const count = await withFetcherDatabase((database) => releaseGuardedHost(database, host, new Date()));
      if (count === undefined) throw new CommandError(`${host} is not guarded: see newsmill gone-guard list`);
      process.stdout.write(
        `${host}: ${count} missing pages are looked at once more; those that are missing still are withdrawn\n`,
      );
    });
  return command;
}

type Database = Parameters<(typeof import('@newsmill/fetcher'))['listGuardedHosts']>[0];

async function withFetcherDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const { fetcherDatabase } = await import('@newsmill/fetcher/database');
  const { openDataSource } = await import('@newsmill/service/database');
  const { logSettings } = await import('./open-log.js');
  const database = await openDataSource(fetcherDatabase, { ...(await logSettings()), migrate: false });
  try {
    return await use(database);
  } finally {
    await database.destroy();
  }
}

function lineOf({ host, since, asked, missing, releasedAt }: GoneGuardEntry): string {
  const state = releasedAt === null ? 'guarded' : `released ${releasedAt.toISOString()}`;
  return `${host}  ${state}, ${missing} of ${asked} pages missing since ${since.toISOString()}`;
}
