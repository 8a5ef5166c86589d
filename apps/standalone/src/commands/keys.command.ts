import { Command } from 'commander';
import type { KeyKind, MadeKey, PushScope } from '@newsmill/fetcher';
import { CommandError } from './command-error.js';
import { oneOf, timeOf, wholeNumber } from './options.js';

const KINDS: readonly KeyKind[] = ['bearer', 'hmac', 'superdesk'];
const HOUR_MS = 3_600_000;

interface FileOptions {
  file?: string;
  json?: boolean;
}

interface AddOptions extends FileOptions {
  publisher: string;
  kind: string;
  scopes?: string;
  id?: string;
  notAfter?: string;
}

/** `newsmill keys add|list|revoke|rotate` */
export function keysCommand(): Command {
  const command = new Command('keys').description(
    'keys of the publishers that may push, in the file NEWSMILL_KEYS_FILE',
  );
  withFile(command.command('add'))
    .description('make a key; it is printed once')
    .requiredOption('--publisher <name>', 'under which its articles come in')
    .option('--kind <kind>', KINDS.join(', '), 'bearer')
    .option('--scopes <list>', 'articles:write, articles:delete, validate; default: all')
    .option('--id <id>', 'name of the key; default: made from the publisher')
    .option('--not-after <time>', 'when it ends, ISO 8601')
    .action((options: AddOptions) => change(options, (path) => add(path, options)));
  withFile(command.command('list')).description('keys with their publishers, scopes and ends; no secrets').action(list);
  withFile(command.command('revoke <id>'))
    .description('end a key at once')
    .action((id: string, options: FileOptions) =>
      change(options, async (path) => {
        const { revokeKey } = await import('@newsmill/fetcher/keys');
        await revokeKey(path, id);
        return { json: { id, revoked: true }, text: `${id} is revoked; services drop it within seconds` };
      }),
    );
  withFile(command.command('rotate <id>'))
    .description('make a key with the same rights beside an old one, which stays valid for a while')
    .option('--overlap <hours>', 'how long the old key stays valid', '24')
    .action((id: string, options: FileOptions & { overlap: string }) =>
      change(options, async (path) => {
        const { rotateKey } = await import('@newsmill/fetcher/keys');
        const hours = wholeNumber('--overlap', options.overlap);
        const made = await rotateKey(path, id, hours * HOUR_MS);
        return shown(made, `${id} ends in ${hours} h`);
      }),
    );
  return command;
}

function withFile(command: Command): Command {
  return command
    .option('--file <path>', 'keys file; default: NEWSMILL_KEYS_FILE')
    .option('--json', 'print one JSON document');
}

async function add(path: string, { publisher, kind, scopes, id, notAfter }: AddOptions): Promise<Told> {
  const { addKey, pushScope } = await import('@newsmill/fetcher/keys');
  const known: readonly PushScope[] = pushScope.options;
  const made = await addKey(path, {
    publisher,
    kind: oneOf('--kind', kind, KINDS),
    scopes:
      scopes === undefined ? [...known] : scopes.split(',').map((scope) => oneOf('--scopes', scope.trim(), known)),
    id,
    ...(notAfter !== undefined && { notAfter: new Date(timeOf('--not-after', notAfter)).toISOString() }),
  });
  return shown(made);
}

async function list(options: FileOptions): Promise<void> {
  await change(options, async (path) => {
    const { isExpired, readKeyFile } = await import('@newsmill/fetcher/keys');
    const now = Date.now();
    const rows = readKeyFile(path).map((entry) => ({
      id: entry.id,
      publisher: entry.publisher,
      kind: entry.kind,
      scopes: 'scopes' in entry ? entry.scopes : ['articles:write'],
      ...(entry.notAfter !== undefined && { notAfter: entry.notAfter }),
      state: isExpired(entry, now) ? 'expired' : 'valid',
    }));
    const text = rows.map(
      ({ id, publisher, kind, scopes, notAfter, state }) =>
        `${id.padEnd(24)} ${publisher.padEnd(16)} ${kind.padEnd(9)} ${state.padEnd(7)} ${scopes.join(',')}` +
        (notAfter === undefined ? '' : ` until ${notAfter}`),
    );
    return { json: rows, text: text.join('\n') || 'no keys' };
  });
}

interface Told {
  json: unknown;
  text: string;
}

function shown({ entry, key }: MadeKey, note?: string): Told {
  const { id, publisher, kind, notAfter } = entry;
  const use = {
    bearer: `authorization: Bearer ${key}`,
    hmac: `x-newsmill-key: ${id}, and sign with the secret ${key}`,
    superdesk: `in Superdesk's HTTP Push destination: secret token ${key}, resource URL …/v1/superdesk/${publisher}`,
  }[kind];
  return {
    json: { id, publisher, kind, key, ...(notAfter !== undefined && { notAfter }) },
    text: [`${id} (${publisher}), shown this once`, `  ${use}`, ...(note === undefined ? [] : [`  ${note}`])].join(
      '\n',
    ),
  };
}

/** @throws CommandError that says what is wrong with the file or the id */
async function change({ file, json }: FileOptions, edit: (path: string) => Promise<Told>): Promise<void> {
  const { processEnvironment } = await import('@newsmill/service/command');
  const path = file ?? processEnvironment().NEWSMILL_KEYS_FILE;
  if (!path) throw new CommandError('no keys file: set NEWSMILL_KEYS_FILE, or name one with --file', 2);
  let told: Told;
  try {
    told = await edit(path);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path}: ${(error as Error).message}`);
  }
  process.stdout.write(`${json ? JSON.stringify(told.json) : told.text}\n`);
}
