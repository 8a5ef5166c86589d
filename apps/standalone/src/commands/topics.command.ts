import type { OpenTransaction } from '@newsmill/stage';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import { wholeNumber } from './options.js';

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
  command
    .command('transactions')
    .description('transactions on the log that nobody ends, and that hold up who reads behind them (exit code 1: some)')
    .option('--older-than <seconds>', 'without a record for so long', '60')
    .option('--abort', 'end them: their records are never shown. Needs the right to ClusterAction')
    .option('--json', 'print one JSON document')
    .action(async ({ olderThan, abort = false, json = false }: TransactionOptions) => {
      const { HANGING_AFTER_MS, hangingTransactions } = await import('@newsmill/stage');
      const olderThanMs = wholeNumber('--older-than', olderThan) * 1000;
      if (olderThanMs < HANGING_AFTER_MS && abort) {
        const least = HANGING_AFTER_MS / 1000;
        throw new CommandError(
          `--older-than ${olderThan}: use ${least} or more with --abort, as others may be alive`,
          2,
        );
      }
      const { pipelineTopics } = await import('../stages.js');
      const { withLog } = await import('./open-log.js');
      const rows = await withLog(async ({ transactions }, { topicPrefix }) => {
        if (transactions === undefined) return [];
        const hanging: OpenTransaction[] = [];
        for (const { address } of pipelineTopics(topicPrefix)) {
          hanging.push(...(await hangingTransactions(transactions, address, olderThanMs)));
        }
        for (const transaction of abort ? hanging : []) await transactions.abort(transaction);
        return hanging;
      });
      process.stdout.write(json ? `${toJson(rows)}\n` : toText(rows, abort));
      if (rows.length > 0 && !abort) process.exitCode = 1;
    });
  return command;
}

interface TransactionOptions {
  olderThan: string;
  abort?: boolean;
  json?: boolean;
}

function toJson(transactions: readonly OpenTransaction[]): string {
  return JSON.stringify(transactions, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function toText(transactions: readonly OpenTransaction[], isAborted: boolean): string {
  if (transactions.length === 0) return 'no transaction hangs\n';
  return transactions
    .map(({ topic, partition, startOffset, producerId, lastWriteAt }) => {
      const since = new Date(lastWriteAt).toISOString();
      return `${isAborted ? 'aborted' : 'hangs  '} ${topic}/${partition} from offset ${startOffset}, producer ${producerId}, last record ${since}\n`;
    })
    .join('');
}
