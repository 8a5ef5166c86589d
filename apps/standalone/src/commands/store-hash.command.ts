import { Command } from 'commander';
import { hashText } from './hash-text.js';

/** `newsmill store-hash` */
export function storeHashCommand(): Command {
  return new Command('store-hash')
    .description('one hash over what the store holds: equal for equal stores')
    .option('--schema <name>', 'of a store that was rebuilt beside the other')
    .option('--json', 'print one JSON document')
    .action(async ({ schema, json }: { schema?: string; json?: boolean }) => {
      const { hashStore } = await import('@newsmill/store/hash');
      const { logSettings } = await import('./open-log.js');
      const { withStoreDatabase } = await import('./open-store.js');
      // Looking at a store changes nothing: no schema is made or brought up to date.
      const settings = { ...(await logSettings()), migrate: false };
      const hash = await withStoreDatabase(settings, schema, hashStore);
      process.stdout.write(`${json ? JSON.stringify(hash) : hashText(hash)}\n`);
    });
}
