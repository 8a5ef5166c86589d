import type { DeadLetter, DeadLetterFilter, DeadLetters, DeadLetterSummary, SettleOptions } from '@newsmill/stage';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import { oneOf, timeOf, wholeNumber } from './options.js';

interface Selection {
  stage?: string;
  class?: string;
  fingerprint?: string;
  since?: string;
  until?: string;
  json?: boolean;
}

interface Listing extends Selection {
  group?: boolean;
  limit: string;
}

interface Settling extends Selection {
  all?: boolean;
  dryRun?: boolean;
  rate?: string;
  maxRedrives?: string;
}

/** Letters that a dry run names one by one. */
const NAMED = 100;

/** `newsmill dead-letters list|show|redrive|drop` */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description('events that a stage could not handle');
  selection(command.command('list'))
    .description('what waits, a line each')
    .option('--group', 'a line for each fault: how often, since when, an example')
    .option('--limit <n>', 'show n letters and tell how many more there are', '100')
    .option('--json', 'print one JSON document')
    .action((options: Listing) =>
      withLetters([], options, (letters, filter) =>
        options.group ? listFaults(letters, filter, options) : list(letters, filter, options),
      ),
    );
  command
    .command('show')
    .description('one dead letter with its headers and the original event')
    .argument('<id>', 'as "list" prints it: <stage>/<partition>/<offset>')
    .action((id: string) =>
      withLetters([id], {}, async (letters) => {
        const { detailOf } = await import('@newsmill/stage');
        const letter = await letters.find(id);
        if (letter === undefined) throw new CommandError(`no dead letter waits under ${id}`);
        process.stdout.write(`${JSON.stringify(detailOf(letter), null, 2)}\n`);
      }),
    );
  settling(command.command('redrive'))
    .description('send dead letters to the topic they came from')
    .option('--max-redrives <n>', 'leave letters that have been sent this often', '3')
    .action((ids: string[], options: Settling) => {
      const maxRedrives = wholeNumber('--max-redrives', options.maxRedrives!);
      return withLetters(chosen(ids, options), options, (letters, filter) =>
        settle(['would send', 'sent'], options, async (how) => {
          const settled = await letters.redrive(filter, { ...how, maxRedrives });
          const { tired } = settled;
          return tired === 0
            ? settled
            : {
                ...settled,
                note: `left ${tired}: sent ${maxRedrives} times already (--max-redrives), or too large to be kept whole`,
              };
        }),
      );
    });
  settling(command.command('drop'))
    .description('give dead letters up for good')
    .action((ids: string[], options: Settling) =>
      withLetters(chosen(ids, options), options, (letters, filter) =>
        settle(['would drop', 'dropped'], options, (how) => letters.drop(filter, how)),
      ),
    );
  return command;
}

function selection(command: Command): Command {
  return command
    .option('--stage <name>', 'of one stage')
    .option('--class <error class>', 'of one error class')
    .option('--fingerprint <hex>', 'with one fingerprint')
    .option('--since <time>', 'that failed last at or after this time (ISO 8601)')
    .option('--until <time>', 'that failed last before this time');
}

function settling(command: Command): Command {
  return selection(command)
    .argument('[ids...]')
    .option('--all', 'every one that the filters leave')
    .option('--dry-run', 'tell which and how many, do nothing')
    .option('--rate <n>', 'at most n a second');
}

function chosen(ids: readonly string[], { all }: Settling): readonly string[] {
  if (ids.length === 0 && !all) throw new CommandError('name dead letters by id, or say --all (with filters)', 2);
  return ids;
}

async function withLetters(
  ids: readonly string[],
  options: Selection,
  use: (letters: DeadLetters, filter: DeadLetterFilter) => Promise<void>,
): Promise<void> {
  const { DeadLetters, placeOf } = await import('@newsmill/stage');
  const { errorClass } = await import('@newsmill/contracts');
  const { withLog } = await import('./open-log.js');
  const { class: kind, fingerprint, since, until } = options;
  for (const id of ids) {
    if (placeOf(id) === undefined) throw new CommandError(`"${id}": use <stage>/<partition>/<offset>`, 2);
  }
  const filter: DeadLetterFilter = {
    ...(ids.length > 0 && { ids }),
    stage: options.stage,
    errorClass: kind === undefined ? undefined : oneOf('--class', kind, errorClass.options),
    fingerprint,
    since: since === undefined ? undefined : timeOf('--since', since),
    until: until === undefined ? undefined : timeOf('--until', until),
  };
  await withLog(async (transport, { topicPrefix }) => {
    const letters = new DeadLetters(transport, topicPrefix);
    if (options.stage !== undefined) oneOf('--stage', options.stage, await letters.stages());
    const missing = ids.length === 0 ? [] : await letters.notWaiting(ids);
    if (missing.length > 0) throw new CommandError(`no dead letter waits under ${missing.join(', ')}`);
    await use(letters, filter);
  });
}

async function list(letters: DeadLetters, filter: DeadLetterFilter, { limit, json }: Listing): Promise<void> {
  const { summaryOf } = await import('@newsmill/stage');
  const most = wholeNumber('--limit', limit);
  const rows: DeadLetterSummary[] = [];
  let more = 0;
  for await (const letter of letters.waiting(filter)) {
    if (rows.length < most) rows.push(summaryOf(letter));
    else more += 1;
  }
  if (json) return void process.stdout.write(`${JSON.stringify({ letters: rows, more })}\n`);
  for (const { id, errorClass, fingerprint, attempts, redrives, lastFailedAt, message } of rows) {
    const again = redrives === 0 ? '' : `, re-driven ${redrives}x`;
    process.stdout.write(`${id}  ${errorClass}  ${fingerprint}  ${attempts}x${again}  ${lastFailedAt}  ${message}\n`);
  }
  if (more > 0) process.stdout.write(`and ${more} more (--limit, --group)\n`);
}

async function listFaults(letters: DeadLetters, filter: DeadLetterFilter, { json }: Listing): Promise<void> {
  const found = await letters.groups(filter);
  if (json) return void process.stdout.write(`${JSON.stringify(found)}\n`);
  for (const {
    count,
    stage,
    errorClass,
    fingerprint,
    firstFailedAt,
    lastFailedAt,
    exampleId,
    message,
  } of found.groups) {
    const times = `${firstFailedAt} to ${lastFailedAt}`;
    process.stdout.write(`${count}  ${stage}  ${errorClass}  ${fingerprint}  ${times}  ${exampleId}  ${message}\n`);
  }
  if (found.ungrouped > 0) process.stdout.write(`and ${found.ungrouped} of further faults\n`);
}

async function settle(
  [would, did]: readonly ['would send', 'sent'] | readonly ['would drop', 'dropped'],
  { dryRun, rate }: Settling,
  deal: (how: SettleOptions) => Promise<{ count: number; note?: string }>,
): Promise<void> {
  let named = 0;
  const name = ({ id, why }: DeadLetter): void => {
    named += 1;
    if (named <= NAMED) process.stdout.write(`${id}${did === 'sent' ? `  to  ${why.dead_topic}` : ''}\n`);
  };
  const { count, note } = await deal({
    dryRun,
    rate: rate === undefined ? undefined : wholeNumber('--rate', rate),
    ...(dryRun && { onLetter: name }),
  });
  if (named > NAMED) process.stdout.write(`and ${named - NAMED} more\n`);
  process.stdout.write(`${dryRun ? would : did} ${count}\n`);
  if (note !== undefined) process.stdout.write(`${note}\n`);
}
