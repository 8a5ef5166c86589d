import type { Hanging, Status } from '@newsmill/store';
import { Command } from 'commander';
import type { Counters } from '../status/counters.js';
import type { Verdict } from '../status/verdict.js';
import { CommandError } from './command-error.js';
import { wholeNumber } from './options.js';

interface Options {
  metrics?: string;
  json?: boolean;
  watch?: string | true;
}

interface Report extends Status {
  database: Verdict;
  counters?: Counters;
  metrics?: Verdict;
}

/** Milliseconds after which an open receipt of which nothing is heard must wait for some stage. */
const SILENT_MS = 10_000;

/** `newsmill status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('the flow in figures, and whether everything received is answered for (exit code 1: it is not)')
    .option('--metrics <urls>', '/metrics of every process, comma-separated: compared with the database')
    .option('--json', 'print one JSON document')
    .option('--watch [seconds]', 'again and again, every 2 seconds unless told otherwise')
    .action(async ({ metrics, json, watch }: Options) => {
      const seconds = watch === undefined ? undefined : watch === true ? 2 : wholeNumber('--watch', watch);
      const urls = metrics?.split(',').map(metricsUrl) ?? [];
      const { DeadLetterCounter } = await import('@newsmill/stage');
      const { withStore } = await import('./open-store.js');
      const { stages } = await import('../stages.js');
      const { readStatus } = await import('@newsmill/store/status');
      const { countersOf } = await import('../status/counters.js');
      const { verdictOfCounters, verdictOfDatabase } = await import('../status/verdict.js');
      await withStore(async ({ receipts }, transport, { topicPrefix: prefix }) => {
        const letters = new DeadLetterCounter(transport, prefix);
        for (;;) {
          const texts = await Promise.all(urls.map(scrape));
          const status = await readStatus({ receipts, transport, prefix, stages, letters });
          const report: Report = { ...status, database: verdictOfDatabase(status, await receipts.silent(SILENT_MS)) };
          if (urls.length > 0) {
            report.counters = countersOf(texts, stages);
            report.metrics = verdictOfCounters(report.counters, status, await receipts.firstReceivedAt(), stages);
          }
          process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${toText(report)}\n`);
          const isWhole = report.database.closes !== false && report.metrics?.closes !== false;
          process.exitCode = isWhole && report.hanging.length === 0 ? 0 : 1;
          if (seconds === undefined) return;
          await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
          if (!json) process.stdout.write(process.stdout.isTTY ? '\x1b[2J\x1b[H' : '\n');
        }
      });
    });
}

/** @throws CommandError (2) when it is no http address */
function metricsUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CommandError(`--metrics "${text}": use http addresses`, 2);
  }
  if (url.pathname === '/') url.pathname = '/metrics';
  return url.href;
}

async function scrape(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (response.ok) return await response.text();
    throw new Error(`status ${response.status}`);
  } catch (error) {
    const { message, cause } = error as Error;
    throw new CommandError(`${url}: ${cause instanceof Error ? cause.message : message}`);
  }
}

function toText({ receipts, backlogs, deadLetters, hanging, database, counters, metrics }: Report): string {
  const doors = Object.entries(receipts.doors).map(([door, count]) => `${door} ${count}`);
  const named = ['stored', 'unchanged', 'rejected', 'withdrawn', 'dead', 'held'] as const;
  const lines = [
    row('received', receipts.received, doors.join(', ')),
    ...named.map((state) => row(state, receipts.states[state] ?? 0)),
    row('in flight', receipts.open, openStates(receipts.states)),
    '',
    `${'stage'.padEnd(10)}${'waiting'.padStart(9)}${'oldest'.padStart(9)}${'dead letters'.padStart(14)}${counters ? '  settled since start' : ''}`,
    ...backlogs.map(({ stage, records, oldestMs }) => {
      const oldest = oldestMs === undefined ? '-' : `${Math.round(oldestMs / 1000)} s`;
      const dead = deadLetters[stage] ?? 0;
      return `${stage.padEnd(10)}${String(records).padStart(9)}${oldest.padStart(9)}${String(dead).padStart(14)}${settledText(counters, stage)}`;
    }),
    '',
    verdictLine('database', database),
    ...(metrics ? [verdictLine('metrics', metrics)] : []),
    ...hanging.map(hangingLine),
  ];
  return lines.join('\n');
}

function row(name: string, count: number, detail = ''): string {
  return `${name.padEnd(10)}${String(count).padStart(9)}${detail && `   ${detail}`}`;
}

function openStates(states: Status['receipts']['states']): string {
  const open = (['received', 'fetched', 'parsed', 'enriched'] as const).filter((state) => states[state] !== undefined);
  return open.map((state) => `${state} ${states[state]}`).join(', ');
}

function settledText(counters: Counters | undefined, stage: string): string {
  if (counters === undefined) return '';
  const outcomes = Object.entries(counters.settled[stage] ?? {});
  const all = outcomes.reduce((sum, [, count]) => sum + count, 0);
  return `  in ${all}: ${outcomes.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`;
}

function hangingLine({ topic, partition, startOffset, lastWriteAt }: Hanging): string {
  return (
    `HELD UP   ${topic}/${partition} from offset ${startOffset} on: a transaction is open since ${lastWriteAt}, and nobody ends it. ` +
    `"newsmill topics transactions --abort" does`
  );
}

function verdictLine(source: string, { closes, told }: Verdict): string {
  const words = closes === undefined ? 'cannot tell' : closes ? 'closes' : 'DOES NOT CLOSE';
  return `${source.padEnd(10)}${words}: ${told}`;
}
