import type { Transport } from '@newsmill/stage';
import type { Trace } from '@newsmill/store';
import { Command } from 'commander';
import { traceText } from '../trace-text.js';
import { CommandError } from './command-error.js';

interface Options {
  publisher: string;
  json?: boolean;
}

/** The log's clock and that of a stage may differ by so many milliseconds. */
const CLOCK_SKEW_MS = 60_000;

/** `newsmill trace` */
export function traceCommand(): Command {
  return new Command('trace')
    .description('everything that happened to one thing, stage by stage, and its versions (exit code 1: not known)')
    .argument('<what>', "address, publisher's guid, article id or receipt id")
    .option('--publisher <name>', 'whose guid it is', 'default')
    .option('--json', 'print one JSON document')
    .action(async (what: string, { publisher, json }: Options) => {
      const { withStore } = await import('./open-store.js');
      await withStore(async (store, transport, { topicPrefix }) => {
        const trace = await store.trace(what, publisher);
        if (trace.receipts.length === 0 && trace.articleIds.length === 0) {
          throw new CommandError(`nothing is known of ${what}`);
        }
        const deadLetters = await deadLettersOf(transport, topicPrefix, trace);
        process.stdout.write(`${json ? JSON.stringify({ ...trace, deadLetters }) : traceText(trace, deadLetters)}\n`);
      });
    });
}

/** Ids of those that wait, by receipt; looked for where the steps say that they lie. */
async function deadLettersOf(
  transport: Transport,
  prefix: string,
  { receipts, steps }: Trace,
): Promise<Record<string, string[]>> {
  const { DeadLetters } = await import('@newsmill/stage');
  const letters = new DeadLetters(transport, prefix);
  const found: Record<string, string[]> = {};
  const dead = receipts.filter(({ state }) => state === 'dead');
  const stages = Map.groupBy(dead, ({ stage }) => stage ?? undefined);
  for (const [stage, those] of stages) {
    const ids = those.map(({ id }) => id);
    const deaths = steps.filter(({ receiptId, outcome }) => outcome === 'dead' && ids.includes(receiptId));
    const times = deaths.map(({ at }) => at.getTime());
    // A receipt that is older than the steps that are kept: all letters of its stage are read.
    const areKnown = ids.every((id) => deaths.some(({ receiptId }) => receiptId === id));
    const since = areKnown ? { since: Math.min(...times) - CLOCK_SKEW_MS } : {};
    for await (const { id, receiptId } of letters.waiting({ receiptIds: ids, ...(stage && { stage }), ...since })) {
      (found[receiptId!] ??= []).push(id);
    }
  }
  return found;
}
