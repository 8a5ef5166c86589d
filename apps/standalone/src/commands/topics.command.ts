import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenTransaction, TopicSpec } from '@newsmill/stage';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import { wholeNumber } from './options.js';

interface ApplyOptions {
  json?: boolean;
  replicationFactor?: string;
  minInsyncReplicas?: string;
  partitions: string[];
}

/** `newsmill topics apply|list|transactions` */
export function topicsCommand(): Command {
  const command = new Command('topics').description('topics of this deployment on the log');
  command
    .command('apply')
    .description('create what is missing and bring settings up to date; never removes')
    .option('--replication-factor <n>', 'Kafka: replicas of topics that are created, and have to be of those there')
    .option('--min-insync-replicas <n>', 'Kafka: replicas that must have a record before it counts as written')
    .option(
      '--partitions <topic=n>',
      'more partitions than the definition says; the topic without prefix; repeatable',
      also,
      [],
    )
    .option('--json', 'print one JSON document')
    .action(async ({ json, ...wanted }: ApplyOptions) => {
      const { pipelineTopics } = await import('../stages.js');
      const { withLog } = await import('./open-log.js');
      const changes = await withLog((log, { topicPrefix, transport }) => {
        if (transport !== 'kafka' && (wanted.replicationFactor ?? wanted.minInsyncReplicas) !== undefined) {
          throw new CommandError('--replication-factor and --min-insync-replicas are for Kafka: leave them out', 2);
        }
        return log.applyTopics(asWanted(pipelineTopics(topicPrefix), topicPrefix, wanted));
      });
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
    .option(
      '--abort',
      'end those that stand as they stood half a minute before: their records are never shown. Needs the right to ClusterAction',
    )
    .option('--json', 'print one JSON document')
    .action(async ({ olderThan, abort = false, json = false }: TransactionOptions) => {
      const { HANGING_AFTER_MS, hangingTransactions, SETTLED_WITHIN_MS, unchangedTransactions } =
        await import('@newsmill/stage');
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
        if (!abort || hanging.length === 0) return hanging;
        // By the clocks of this machine and of the publishers they hang. Whoever is alive writes or ends meanwhile.
        process.stderr.write(
          `newsmill: ${hanging.length} seem to hang; looks again in ${SETTLED_WITHIN_MS / 1000} s\n`,
        );
        await sleep(SETTLED_WITHIN_MS);
        const unchanged = await unchangedTransactions(transactions, hanging);
        for (const transaction of unchanged) await transactions.abort(transaction);
        return unchanged;
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

function also(text: string, before: string[]): string[] {
  return [...before, text];
}

/** @throws CommandError (2) when an option names no topic, or asks for fewer partitions than the definition */
function asWanted(
  specs: readonly TopicSpec[],
  prefix: string,
  { replicationFactor, minInsyncReplicas, partitions }: ApplyOptions,
): TopicSpec[] {
  const counts = new Map(partitions.map((text) => partitionsOf(text, specs, prefix)));
  return specs.map((spec) => ({
    ...spec,
    partitions: counts.get(spec.address) ?? spec.partitions,
    ...(replicationFactor !== undefined && { replicas: wholeNumber('--replication-factor', replicationFactor) }),
    ...(minInsyncReplicas !== undefined && {
      minInsyncReplicas: wholeNumber('--min-insync-replicas', minInsyncReplicas),
    }),
  }));
}

function partitionsOf(text: string, specs: readonly TopicSpec[], prefix: string): [string, number] {
  const [topic = '', count = ''] = text.split('=');
  const address = `${prefix}.${topic}`;
  const spec = specs.find((candidate) => candidate.address === address);
  if (spec === undefined) {
    const known = specs.map((candidate) => candidate.address.slice(prefix.length + 1)).join(', ');
    throw new CommandError(`--partitions "${text}": no such topic; use <topic>=<n> with one of ${known}`, 2);
  }
  const partitions = wholeNumber('--partitions', count);
  if (partitions < spec.partitions) {
    throw new CommandError(`--partitions "${text}": newsmill wants ${spec.partitions} at least`, 2);
  }
  return [address, partitions];
}
