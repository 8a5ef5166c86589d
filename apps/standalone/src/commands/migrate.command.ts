import { Command } from 'commander';

/** `newsmill migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database schemas of all services up to date (NEWSMILL_DATABASE_URL)')
    .action(async () => {
      const { connectionWarnings, loadServiceSettings, logToStandardError, migrate, processEnvironment } =
        await import('@newsmill/service');
      const { services } = await import('../pipeline.js');
      const settings = loadServiceSettings(processEnvironment());
      for (const warning of connectionWarnings(settings)) logToStandardError('warn', warning);
      for (const { name, database } of services) {
        if (database === undefined) continue;
        const applied = await migrate(database, settings);
        process.stdout.write(`${name}: ${applied.length === 0 ? 'up to date' : applied.join(', ')}\n`);
      }
    });
}
