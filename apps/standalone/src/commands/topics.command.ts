import { Command } from 'commander';

/** `newsmill topics apply|list` */
export function topicsCommand(): Command {
  const command = new Command('topics').description('topics of this deployment on the log');
  command
    .command('apply')
    .description('create what is missing and bring settings up to date; never removes')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const { pipelineTopics } = await import('../stages.js');
      const { withLog } = await import('./open-log.js');
      const changes = await withLog((log, { topicPrefix }) => log.applyTopics(pipelineTopics(topicPrefix)));
      const text = changes.map(({ address, change }) => `${change.padEnd(17)} ${address}`).join('\n');
      process.stdout.write(`${json ? JSON.stringify(changes) : text}\n`);
    });
  command
    .command('list')
    .description('topics on the log, and those that are missing')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const { pipelineTopics } = await import('../stages.js');
      const { withLog } = await import('./open-log.js');
      const rows = await withLog(async (log, { topicPrefix }) => {
        const present = await log.listTopics();
        const wanted = pipelineTopics(topicPrefix).map(({ address }) => address);
        const missing = wanted.filter((address) => !present.includes(address));
        const own = present.filter((address) => address.startsWith(`${topicPrefix}.`));
        return [
          ...own.map((address) => ({ address, state: wanted.includes(address) ? 'present' : 'unknown' })),
          ...missing.map((address) => ({ address, state: 'missing' })),
        ];
      });
      const text = rows.map(({ address, state }) => `${state.padEnd(8)} ${address}`).join('\n');
      process.stdout.write(`${json ? JSON.stringify(rows) : text}\n`);
      if (rows.some(({ state }) => state === 'missing')) process.exitCode = 1;
    });
  return command;
}
