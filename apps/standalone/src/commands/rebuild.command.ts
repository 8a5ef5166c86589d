import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { hashText } from './hash-text.js';

interface RebuildCommandOptions {
  force?: boolean;
  intoSchema?: string;
  json?: boolean;
}

/** `newsmill rebuild` */
export function rebuildCommand(): Command {
  return new Command('rebuild')
    .description('make the store again from the public topics; tells nobody what was told before')
    .option('--force', 'replace what the store holds')
    .option('--into-schema <name>', 'rebuild into a schema beside the store, such as to compare their hashes')
    .option('--json', 'print one JSON document')
    .action(rebuild);
}

async function rebuild({ force = false, intoSchema, json }: RebuildCommandOptions): Promise<void> {
  const { nextReplayId } = await import('@newsmill/stage');
  const { hashStore, rebuildStore, storeSettings } = await import('@newsmill/store');
  const { loadSettings, logAsCommand, processEnvironment } = await import('@newsmill/service');
  const { withLog } = await import('./open-log.js');
  const { withStoreDatabase } = await import('./open-store.js');
  logAsCommand();
  const { traceDays } = loadSettings(storeSettings, processEnvironment());
  await withLog((transport, settings) =>
    withStoreDatabase(settings, intoSchema, async (database) => {
      const began = performance.now();
      let told = began;
      const report = await rebuildStore({
        transport,
        prefix: settings.topicPrefix,
        database,
        force,
        traceDays,
        replayId: await nextReplayId(transport, settings.topicPrefix, new Date(), randomBytes(2).toString('hex')),
        onProgress: (phase, events) => {
          if (performance.now() - told < 5_000) return;
          told = performance.now();
          process.stderr.write(`newsmill: ${phase}: ${events}\n`);
        },
      });
      const seconds = (performance.now() - began) / 1000;
      const hash = await hashStore(database);
      const { changes, state, outcomes, enriched, caughtUp } = report;
      const text = [
        `rebuilt in ${seconds.toFixed(1)} s: read ${changes} changes, ${state} states, ${outcomes} outcomes, ${enriched} versions`,
        ...(caughtUp > 0 ? [caughtUpText(caughtUp, intoSchema)] : []),
        hashText(hash),
      ].join('\n');
      process.stdout.write(`${json ? JSON.stringify({ seconds, ...report, ...hash }) : text}\n`);
    }),
  );
}

function caughtUpText(changes: number, schema: string | undefined): string {
  if (schema === undefined) return `told of ${changes} changes that the store had lost before it told of them`;
  return `${changes} changes are settled and not told of yet: from ${schema} nobody is told of them`;
}
