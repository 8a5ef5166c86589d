import { loadSettings, migrate, processEnvironment, serviceSettings } from '@newsmill/service';
import { Command } from 'commander';
import { services } from '../pipeline.js';

/** `newsmill migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database schemas of all services up to date (NEWSMILL_DATABASE_URL)')
    .action(async () => {
      const settings = loadSettings(serviceSettings, processEnvironment());
      for (const { name, database } of services) {
        if (database === undefined) continue;
        const applied = await migrate(database, settings);
        process.stdout.write(`${name}: ${applied.length === 0 ? 'up to date' : applied.join(', ')}\n`);
      }
    });
}
