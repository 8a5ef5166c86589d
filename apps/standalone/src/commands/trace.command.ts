import type { Transport } from '@newsmill/stage';
import type { Trace } from '@newsmill/store';
import { Command } from 'commander';
import { CommandError } from './command-error.js';

interface Options {
  publisher: string;
  history?: boolean;
  json?: boolean;
}

/** What a stage said of a receipt. */
interface Said {
  receiptId: string;
  at: string;
  stage: string;
  outcome: string;
  reason?: string | undefined;
}

/** `newsmill trace` */
export function traceCommand(): Command {
  return new Command('trace')
    .description('what became of one thing: its receipts, versions and dead letters (exit code 1: not known)')
    .argument('<what>', "address, publisher's guid, article id or receipt id")
    .option('--publisher <name>', 'whose guid it is', 'default')
    .option('--history', 'what each stage said, from the log (kept 30 days)')
    .option('--json', 'print one JSON document')
    .action(async (what: string, { publisher, history, json }: Options) => {
      const { withStore } = await import('./open-store.js');
      await withStore(async (store, transport, { topicPrefix }) => {
        const trace = await store.trace(what, publisher);
        const letters = await deadLettersOf(transport, topicPrefix, trace);
        if (trace.receipts.length === 0 && trace.articleIds.length === 0) {
          throw new CommandError(`nothing is known of ${what}`);
        }
        const said = history ? await historyOf(transport, topicPrefix, trace) : [];
        const text = json
          ? JSON.stringify({ ...trace, deadLetters: letters, ...(history && { history: said }) })
          : toText(trace, letters, said);
        process.stdout.write(`${text}\n`);
      });
    });
}

/** Ids of those that wait, by receipt. */
async function deadLettersOf(
  transport: Transport,
  prefix: string,
  { receipts }: Trace,
): Promise<Record<string, string[]>> {
  const dead = receipts.filter(({ state }) => state === 'dead').map(({ id }) => id);
  if (dead.length === 0) return {};
  const { DeadLetters } = await import('@newsmill/stage');
  const found: Record<string, string[]> = {};
  for await (const { id, receiptId } of new DeadLetters(transport, prefix).waiting({ receiptIds: dead })) {
    (found[receiptId!] ??= []).push(id);
  }
  return found;
}

async function historyOf(transport: Transport, prefix: string, { receipts }: Trace): Promise<Said[]> {
  const { articleOutcomes, topicAddress } = await import('@newsmill/contracts');
  const { decodeEvent } = await import('@newsmill/stage');
  const ids = new Set(receipts.map(({ id }) => id));
  const times = receipts.map(({ receivedAt, updatedAt }) => (receivedAt ?? updatedAt).getTime());
  const from = receipts.every(({ receivedAt }) => receivedAt !== null) ? Math.min(...times) - 60_000 : 0;
  const said: Said[] = [];
  for await (const record of transport.read(topicAddress(prefix, articleOutcomes), { time: Math.max(0, from) })) {
    const { stage, at, settled } = decodeEvent(articleOutcomes, record);
    for (const { receiptId, outcome, reason } of settled) {
      if (receiptId !== undefined && ids.has(receiptId)) said.push({ receiptId, at, stage, outcome, reason });
    }
  }
  return said.sort((a, b) => (a.at < b.at ? -1 : 1));
}

function toText({ receipts, versions }: Trace, letters: Record<string, string[]>, history: readonly Said[]): string {
  const lines = receipts.flatMap(({ id, state, stage, door, reason, subject, articleId, updatedAt }) => [
    `receipt ${id}  ${state}${reason === null ? '' : ` (${reason})`}`,
    `  ${[door && `by ${door}`, stage && `last heard of in ${stage}`, updatedAt.toISOString(), subject].filter(Boolean).join(', ')}`,
    ...(articleId === null ? [] : [`  article ${articleId}`]),
    ...(letters[id] ?? []).map((letter) => `  dead letter ${letter}`),
    ...history
      .filter(({ receiptId }) => receiptId === id)
      .map(
        (said) => `  ${said.at}  ${said.stage}  ${said.outcome}${said.reason === undefined ? '' : `  ${said.reason}`}`,
      ),
  ]);
  const stored = versions.map(({ articleId, revision, changeKind, fields, receiptId, storedAt }) => {
    const moved = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
    return `article ${articleId}  revision ${revision ?? '-'}  ${changeKind}${moved}  ${storedAt.toISOString()}  receipt ${receiptId}`;
  });
  return [...lines, ...stored].join('\n');
}
