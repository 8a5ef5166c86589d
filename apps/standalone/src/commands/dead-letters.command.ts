import type { DeadLetter, DeadLetterFilter, Transport } from '@newsmill/stage';
import { Command } from 'commander';
import { CommandError } from './command-error.js';

interface Selection {
  stage?: string;
  class?: string;
  fingerprint?: string;
  since?: string;
  json?: boolean;
}

interface Redrive extends Selection {
  all?: boolean;
  dryRun?: boolean;
  rate?: string;
  maxRedrives: string;
}

/** `newsmill dead-letters list|show|redrive|drop` */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description('events that a stage could not handle');
  selection(command.command('list'))
    .description('what waits, a line each')
    .action((options: Selection) =>
      withLetters([], options, async (letters) => {
        const rows = letters.map(toRow);
        if (options.json) return void process.stdout.write(`${JSON.stringify(rows)}\n`);
        for (const { id, errorClass: kind, message, attempts, lastFailedAt, fingerprint } of rows) {
          process.stdout.write(`${id}  ${kind}  ${fingerprint}  ${attempts}x  ${lastFailedAt}  ${message}\n`);
        }
      }),
    );
  command
    .command('show')
    .description('one dead letter with its headers and the original event')
    .argument('<id>', 'as "list" prints it: <stage>/<partition>/<offset>')
    .action((id: string) =>
      withLetters([id], {}, async ([letter]) => {
        const headers = Object.fromEntries(
          Object.entries(letter!.record.headers).map(([name, value]) => [name, value.toString()]),
        );
        const { key, value } = letter!.record;
        const shown = { id, headers, key: key?.toString() ?? null, value: value?.toString() ?? null };
        process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      }),
    );
  selection(command.command('redrive'))
    .description('send dead letters to the topic they came from')
    .argument('[ids...]')
    .option('--all', 'every one that the filters leave')
    .option('--dry-run', 'tell what would be sent, send nothing')
    .option('--rate <n>', 'at most n a second')
    .option('--max-redrives <n>', 'leave letters that have been sent this often', '3')
    .action((ids: string[], options: Redrive) => {
      requireChoice(ids, options);
      return withLetters(ids, options, (letters, transport) => redrive(letters, transport, options));
    });
  selection(command.command('drop'))
    .description('give dead letters up for good')
    .argument('[ids...]')
    .option('--all', 'every one that the filters leave')
    .option('--dry-run', 'tell what would be dropped, drop nothing')
    .action((ids: string[], options: Redrive) => {
      requireChoice(ids, options);
      return withLetters(ids, options, async (letters, transport) => {
        const { dropDeadLetters } = await import('@newsmill/stage');
        if (!options.dryRun) await dropDeadLetters(transport, letters);
        process.stdout.write(`${options.dryRun ? 'would drop' : 'dropped'} ${letters.length}\n`);
      });
    });
  return command;
}

function selection(command: Command): Command {
  return command
    .option('--stage <name>', 'of one stage')
    .option('--class <error class>', 'of one error class')
    .option('--fingerprint <hex>', 'with one fingerprint')
    .option('--since <time>', 'that failed last at or after this time (ISO 8601)')
    .option('--json', 'print one JSON document');
}

function requireChoice(ids: readonly string[], { all }: Redrive): void {
  if (ids.length === 0 && !all) throw new CommandError('name dead letters by id, or say --all (with filters)', 2);
}

async function withLetters(
  ids: readonly string[],
  options: Selection,
  use: (letters: DeadLetter[], transport: Transport) => Promise<void>,
): Promise<void> {
  const { waitingDeadLetters } = await import('@newsmill/stage');
  const { stages } = await import('../pipeline.js');
  const { withLog } = await import('./open-log.js');
  const filter = await toFilter(ids, options);
  const names = stages.map(({ name }) => name);
  if (options.stage !== undefined) requireOneOf('--stage', options.stage, names);
  await withLog(async (transport, { topicPrefix }) => {
    const named = ids.length > 0 ? new Set(ids.map((id) => id.split('/', 1)[0]!)) : undefined;
    const chosen = names.filter((name) => (named?.has(name) ?? true) && (options.stage ?? name) === name);
    const letters: DeadLetter[] = [];
    for (const name of chosen) {
      for await (const letter of waitingDeadLetters(transport, topicPrefix, name, filter)) letters.push(letter);
    }
    const unknown = ids.filter((id) => !letters.some((letter) => letter.id === id));
    if (unknown.length > 0) throw new CommandError(`no dead letter waits under ${unknown.join(', ')}`);
    await use(letters, transport);
  });
}

async function toFilter(
  ids: readonly string[],
  { class: kind, fingerprint, since }: Selection,
): Promise<DeadLetterFilter> {
  if (kind !== undefined) {
    const { errorClass } = await import('@newsmill/contracts');
    requireOneOf('--class', kind, errorClass.options);
  }
  const time = since === undefined ? undefined : Date.parse(since);
  if (Number.isNaN(time)) throw new CommandError(`--since "${since}" is not a time: use ISO 8601`, 2);
  return {
    ...(ids.length > 0 && { ids }),
    ...(kind !== undefined && { errorClass: kind }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(time !== undefined && { since: time }),
  };
}

async function redrive(letters: DeadLetter[], transport: Transport, options: Redrive): Promise<void> {
  if (options.dryRun) return void process.stdout.write(`would send ${letters.length}\n`);
  const { redriveDeadLetters } = await import('@newsmill/stage');
  const maxRedrives = wholeNumber('--max-redrives', options.maxRedrives);
  const rate = options.rate === undefined ? Infinity : wholeNumber('--rate', options.rate);
  const size = Math.min(rate, 100);
  let tired = 0;
  for (let at = 0; at < letters.length; at += size) {
    const began = Date.now();
    tired += (await redriveDeadLetters(transport, letters.slice(at, at + size), maxRedrives)).length;
    const rest = (size / rate) * 1000 - (Date.now() - began);
    if (rest > 0 && at + size < letters.length) await new Promise((resolve) => setTimeout(resolve, rest));
  }
  process.stdout.write(`sent ${letters.length - tired}\n`);
  if (tired > 0) process.stdout.write(`left ${tired}: sent ${maxRedrives} times already (--max-redrives)\n`);
}

function requireOneOf(option: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new CommandError(`${option} "${value}": use one of ${known.join(', ')}`, 2);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new CommandError(`${option} "${text}": use a whole number from 1`, 2);
  return value;
}

function toRow({ id, why }: DeadLetter) {
  return {
    id,
    errorClass: why.dead_error_class,
    message: why.dead_error_message.split('\n', 1)[0]!,
    attempts: why.dead_attempts,
    redrives: why.dead_redrives,
    lastFailedAt: why.dead_last_failed_at,
    fingerprint: why.dead_fingerprint,
  };
}
