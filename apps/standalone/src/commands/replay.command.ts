import { randomBytes } from 'node:crypto';
import { isatty } from 'node:tty';
import type { ReplayPlan, ReplayRange, ReplayReport, Stage } from '@newsmill/stage';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import { wholeNumber } from './options.js';
import { createProgressLine } from './progress-line.js';
import { replayPoint } from './replay-point.js';
import { stopOnSignal } from './stop-on-signal.js';

interface ReplayOptions {
  from?: string;
  to?: string;
  only?: string[];
  rate?: string;
  dryRun?: boolean;
  resume?: string;
  json?: boolean;
}

/** Ended by the user with its work undone, as a shell tells SIGINT. */
const INTERRUPTED = 130;

/** `newsmill replay <stage>` */
export function replayCommand(): Command {
  return new Command('replay')
    .description('run history through a stage again, beside live traffic')
    .argument('<stage>', 'parse, enrich or store')
    .option('--from <point>', 'time (ISO 8601), age (7d, 36h, 30m), offset, or partition:offset,…; earliest')
    .option('--to <point>', 'where it ends, not included (default: the end of the log now)')
    .option('--only <host|publisher|id>', 'events of a host, publisher, article, page or receipt; may be repeated', add)
    .option('--rate <n>', 'at most n events a second')
    .option('--dry-run', 'tell how many events would be handled; handle none')
    .option('--resume <id>', 'go on with a replay that was ended')
    .option('--json', 'print one JSON document at the end')
    .action(replay);
}

function add(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function replay(stageName: string, options: ReplayOptions): Promise<void> {
  const rate = options.rate === undefined ? undefined : wholeNumber('--rate', options.rate);
  const range = rangeOf(options);
  const { processEnvironment, openStage } = await import('@newsmill/service');
  const { countReplay, findReplay, nextReplayId, planReplay, runReplay } = await import('@newsmill/stage');
  const { replayable } = await import('../replayable.js');
  const { isAbout } = await import('../replay-selection.js');
  const { withLog } = await import('./open-log.js');
  const found = replayable.find(({ stage }) => stage.name === stageName);
  if (found === undefined) {
    const names = replayable.map(({ stage }) => stage.name).join(', ');
    throw new CommandError(`stage "${stageName}": use one of ${names}; a page is fetched anew by pushing its URL`, 2);
  }
  const { service, stage } = found;
  await withLog(async (transport, settings) => {
    const prefix = settings.topicPrefix;
    if (options.dryRun) {
      const { read, selected, unreadable } = await countReplay(
        transport,
        prefix,
        stage,
        range!,
        isAbout(range!.only ?? []),
      );
      const aside = unreadable > 0 ? `; ${unreadable} cannot be read` : '';
      print(options, { read, selected, unreadable }, `would handle ${selected} of ${read} events${aside}`);
      return;
    }
    const plan =
      range === undefined
        ? await resumed(await findReplay(transport, prefix, options.resume!), options.resume!, stage)
        : await planReplay(
            transport,
            prefix,
            stage,
            await nextReplayId(transport, prefix, new Date(), randomBytes(2).toString('hex')),
            range,
          );
    const environment = {
      ...processEnvironment(),
      NEWSMILL_TRANSPORT: settings.transport,
      NEWSMILL_KAFKA_BROKERS: settings.kafkaBrokers.join(','),
      NEWSMILL_TOPIC_PREFIX: prefix,
      ...(settings.databaseUrl !== undefined && { NEWSMILL_DATABASE_URL: settings.databaseUrl }),
      // Standard output is the command's own.
      NEWSMILL_LOG_LEVEL: 'silent',
    };
    const open = await openStage(service, stage, { environment, transport });
    const stopping = stopOnSignal();
    process.stderr.write(`newsmill: replay ${plan.replayId} of ${stage.name}\n`);
    const line = createProgressLine(process.stderr, isatty(2));
    try {
      const report = await runReplay({
        transport,
        prefix,
        plan,
        stage,
        ...open,
        selects: isAbout(plan.only),
        ...(rate !== undefined && { rate }),
        signal: stopping.signal,
        onProgress: ({ done, total }) => line.show(done, total),
      });
      line.end();
      tell(plan, report, options);
    } finally {
      stopping.release();
      await open.close();
    }
  });
}

function rangeOf({ from, to, only, dryRun, resume }: ReplayOptions): ReplayRange | undefined {
  if (resume !== undefined) {
    const given = Object.entries({ '--from': from, '--to': to, '--only': only, '--dry-run': dryRun });
    const [wrong] = given.find(([, value]) => value !== undefined) ?? [];
    if (wrong !== undefined) throw new CommandError(`--resume keeps what the replay began with: leave out ${wrong}`, 2);
    return undefined;
  }
  if (from === undefined) throw new CommandError('say where it begins (--from), or which replay goes on (--resume)', 2);
  const now = Date.now();
  return {
    from: replayPoint('--from', from, now),
    ...(to !== undefined && { to: replayPoint('--to', to, now) }),
    ...(only !== undefined && { only }),
  };
}

async function resumed(plan: ReplayPlan | undefined, replayId: string, stage: Stage): Promise<ReplayPlan> {
  if (plan === undefined) throw new CommandError(`no replay ${replayId} is on the log`);
  if (plan.stage !== stage.name) throw new CommandError(`replay ${replayId} is one of stage ${plan.stage}`, 2);
  return plan;
}

function tell(plan: ReplayPlan, report: ReplayReport, options: ReplayOptions): void {
  const { outcomes, unreadable, finished } = report;
  const counts = Object.entries(outcomes).map(([outcome, events]) => `${events} ${outcome}`);
  if (unreadable > 0) counts.push(`${unreadable} left aside, cannot be read`);
  const what = counts.length === 0 ? 'nothing to handle' : counts.join(', ');
  print(options, { replayId: plan.replayId, ...report }, `${finished ? 'done' : 'stopped'}: ${what}`);
  if (finished) return;
  process.stderr.write(`newsmill: go on with: newsmill replay ${plan.stage} --resume ${plan.replayId}\n`);
  process.exitCode = INTERRUPTED;
}

function print({ json }: ReplayOptions, document: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(document) : text}\n`);
}
