import type { DeliveryView, Webhooks, WebhookView } from '@newsmill/store';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import { oneOf, wholeNumber } from './options.js';

interface Adding {
  description?: string;
  from: string;
  publisher?: string[];
  source?: string[];
  language?: string[];
  section?: string[];
  keyword?: string[];
  changeKind?: string[];
  json?: boolean;
}

interface Output {
  json?: boolean;
}

interface Showing extends Output {
  state?: string;
  limit: string;
}

/** `newsmill webhooks add|list|show|pause|resume|replay|rotate|test|remove` */
export function webhooksCommand(): Command {
  const command = new Command('webhooks').description('changes posted to addresses, in order and signed');
  filtered(command.command('add'))
    .description('post changes to an address; prints the key that signs them, this once')
    .argument('<url>')
    .option('--description <text>', 'for those who operate it')
    .option('--from <place>', 'where it begins: latest, earliest, a cursor or a time (ISO 8601)', 'latest')
    .option('--json', 'print one JSON document')
    .action((url: string, { json, description, from, ...filter }: Adding) =>
      withWebhooks(async (webhooks) => {
        const { newWebhook } = await import('@newsmill/store/webhooks');
        const asked = newWebhook.safeParse({ url, description, from, filter });
        if (!asked.success) {
          const [issue] = asked.error.issues;
          throw new CommandError(`${issue!.path.join(' ')}: ${issue!.message}`, 2);
        }
        const added = await webhooks.add(asked.data);
        print(json, added, () => `${line(added)}\nkey, shown this once: ${added.secret}`);
      }),
    );
  command
    .command('list')
    .description('every webhook, a line each')
    .option('--json', 'print one JSON document')
    .action(({ json }: Output) =>
      withWebhooks(async (webhooks) => {
        const found = await webhooks.list();
        print(json, { webhooks: found }, () => found.map(line).join('\n') || 'no webhooks');
      }),
    );
  command
    .command('show')
    .description('one webhook, and the deliveries that wait or were given up')
    .argument('<id>')
    .option('--state <state>', 'deliveries in one state: waiting or failed')
    .option('--limit <n>', 'show n deliveries', '100')
    .option('--json', 'print one JSON document')
    .action((id: string, { state, limit, json }: Showing) =>
      withWebhooks(async (webhooks) => {
        const chosen = state === undefined ? undefined : oneOf('--state', state, ['waiting', 'failed'] as const);
        const webhook = await webhooks.show(id);
        const deliveries = await webhooks.deliveries(id, wholeNumber('--limit', limit), chosen);
        print(json, { ...webhook, deliveries }, () => [line(webhook), ...deliveries.map(deliveryLine)].join('\n'));
      }),
    );
  onOne(command, 'pause', 'deliver nothing more until it is resumed', (webhooks, id) => webhooks.pause(id));
  onOne(command, 'resume', 'go on where it stopped; what failed is tried now', (webhooks, id) => webhooks.resume(id));
  command
    .command('replay')
    .description('deliver again what comes behind a place, under the same webhook-ids')
    .argument('<id>')
    .requiredOption('--from <place>', 'a cursor, a time (ISO 8601), earliest, or latest to skip')
    .option('--json', 'print one JSON document')
    .action((id: string, { from, json }: { from: string } & Output) =>
      withWebhooks(async (webhooks) => {
        const view = await webhooks.replay(id, from);
        print(json, view, () => line(view));
      }),
    );
  command
    .command('rotate')
    .description('a new key, shown this once; the one before signs beside it for a while')
    .argument('<id>')
    .option('--overlap <hours>', 'how long both sign', '24')
    .option('--json', 'print one JSON document')
    .action((id: string, { overlap, json }: { overlap: string } & Output) =>
      withWebhooks(async (webhooks) => {
        const view = await webhooks.rotate(id, overlap === '0' ? 0 : wholeNumber('--overlap', overlap));
        print(json, view, () => `${line(view)}\nkey, shown this once: ${view.secret}`);
      }),
    );
  command
    .command('test')
    .description('post an event that says nothing, from here, and tell what comes back (exit code 1: not taken)')
    .argument('<id>')
    .action((id: string) =>
      withWebhooks(async (webhooks) => {
        const { sendTest } = await import('@newsmill/store');
        const answer = await sendTest(id, await webhooks.target(id));
        if (answer.kind !== 'delivered') throw new CommandError('error' in answer ? answer.error : answer.kind);
        process.stdout.write(`taken: answered ${answer.status}\n`);
      }),
    );
  command
    .command('remove')
    .description('end a webhook and forget what it has not got')
    .argument('<id>')
    .action((id: string) =>
      withWebhooks(async (webhooks) => {
        await webhooks.remove(id);
        process.stdout.write(`removed ${id}\n`);
      }),
    );
  return command;
}

function filtered(command: Command): Command {
  return command
    .option('--publisher <names...>', 'of these publishers')
    .option('--source <names...>', 'from these publisher keys or feed URLs')
    .option('--language <tags...>', 'in these languages: en is also en-GB')
    .option('--section <names...>', 'in these sections')
    .option('--keyword <words...>', 'with any of these keywords')
    .option('--change-kind <kinds...>', 'of these kinds; that an article is gone is always told');
}

function onOne(
  command: Command,
  name: string,
  description: string,
  act: (webhooks: Webhooks, id: string) => Promise<WebhookView>,
): void {
  command
    .command(name)
    .description(description)
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action((id: string, { json }: Output) =>
      withWebhooks(async (webhooks) => {
        const view = await act(webhooks, id);
        print(json, view, () => line(view));
      }),
    );
}

/** Runs `use` on the store's database. What the request got wrong is told in one line. */
async function withWebhooks(use: (webhooks: Webhooks) => Promise<void>): Promise<void> {
  const { Problem } = await import('@newsmill/service/problem');
  const { openWebhooks } = await import('@newsmill/store/webhooks');
  const { logSettings } = await import('./open-log.js');
  const { withStoreDatabase } = await import('./open-store.js');
  const settings = await logSettings();
  try {
    await withStoreDatabase(settings, undefined, (database) => use(openWebhooks(database)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [first] = error.errors;
    throw new CommandError(first === undefined ? error.detail : `${error.detail}: ${first.detail}`);
  }
}

function print(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text()}\n`);
}

function line({ id, state, url, waiting, givenUp, behind, reason, failingSince }: WebhookView): string {
  const told = [
    `${waiting} wait`,
    `${behind} behind`,
    ...(givenUp > 0 ? [`${givenUp} given up`] : []),
    ...(failingSince === undefined ? [] : [`failing since ${failingSince}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
  return `${id}  ${state}  ${url}  ${told.join(', ')}`;
}

function deliveryLine({ cursor, state, articleId, changeKind, attempts, nextAt, error }: DeliveryView): string {
  const when = nextAt === undefined ? '' : `  next ${nextAt}`;
  return `  ${state}  ${articleId}  ${changeKind}  ${attempts}x${when}  ${error ?? ''}  --from ${cursor}`;
}
