import { OBJECTIVE, WITHIN_SECONDS } from '../prometheus/alerts/freshness.ts';
import type { Row } from './panel.ts';
import { grown, of, once, quantile, rate } from './select.ts';

const FINAL = 'stage!="record",outcome!~"emitted|deferred"';
/** The same of what is told without what comes again. */
const ANSWERED = 'stage!="record",outcome!="emitted"';
const COUNTED = 'mode!="import"';

/** Of what is stored, the part that was stored in time. */
function inTime(window: string): string {
  const within = `le=~"${WITHIN_SECONDS}(\\\\.0)?",${COUNTED}`;
  return (
    `sum(rate(${of('newsmill_received_to_stored_seconds_bucket', within)}[${window}]))` +
    ` / sum(rate(${of('newsmill_received_to_stored_seconds_count', COUNTED)}[${window}]))`
  );
}

/** Things received or re-driven, less what has come to an end: what `newsmill status --metrics` computes. */
const open =
  `${grown('newsmill_received_total')} + ${grown('newsmill_redriven_total', 'stage!="record"')}` +
  ` - (${grown('newsmill_stage_events_total', FINAL)}` +
  ` - ${grown('newsmill_replayed_events_total', ANSWERED)} - ${grown('newsmill_stray_events_total', 'outcome!="emitted"')})`;

export const articleRows: readonly Row[] = [
  {
    title: 'Overview',
    panels: [
      {
        title: 'Received',
        description: 'Things received at all doors in the time shown.',
        shows: 'stat',
        unit: 'short',
        queries: [[grown('newsmill_received_total'), 'received']],
      },
      {
        title: 'Stored in time',
        description: `Of what was stored in the time shown, the part stored within ${WITHIN_SECONDS / 60} minutes of its receipt; the objective is ${OBJECTIVE * 100} %.`,
        shows: 'stat',
        unit: 'percentunit',
        queries: [[inTime('$__range'), 'in time']],
      },
      {
        title: 'Oldest event that waits',
        description: 'Over all stages.',
        shows: 'stat',
        unit: 's',
        limits: [120, 600],
        queries: [[once('newsmill_stage_lag_seconds'), 'oldest']],
      },
      {
        title: 'Dead letters that wait',
        description: 'Neither re-driven nor dropped: newsmill dead-letters list.',
        shows: 'stat',
        unit: 'short',
        limits: [1, 100],
        queries: [[`sum(${once('newsmill_dead_letters_waiting', 'stage')})`, 'waiting']],
      },
      {
        title: 'Not answered for, and silent',
        description:
          'Of which nothing has been heard for 10 minutes. While nothing waits for a stage there must be none.',
        shows: 'stat',
        unit: 'short',
        limits: [1, 10],
        queries: [[once('newsmill_receipts_silent'), 'silent']],
      },
      {
        title: 'Processes',
        description: 'By what they run and their version.',
        shows: 'stat',
        unit: 'short',
        queries: [
          [`count by (services, version, node) (${of('newsmill_build_info')})`, '{{services}} {{version}} on {{node}}'],
        ],
      },
    ],
  },
  {
    title: 'Flow, and whether the account closes',
    panels: [
      {
        title: 'Received by door',
        description: 'A second.',
        shows: 'graph',
        unit: 'ops',
        stacked: true,
        queries: [[rate('newsmill_received_total', 'door'), '{{door}}']],
      },
      {
        title: 'Settled by stage',
        description: 'A second, by outcome: what goes into each stage.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_stage_events_total', 'stage, outcome'), '{{stage}} {{outcome}}']],
      },
      {
        title: 'Put on the log by stage',
        description: 'A second, by topic: what comes out of each stage.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_stage_output_events_total', 'stage, topic'), '{{stage}} → {{topic}}']],
      },
      {
        title: 'The account of the time shown',
        description:
          'received + re-driven = done + skipped + rejected + dead + in flight, replays and strays left out.',
        shows: 'list',
        unit: 'short',
        width: 16,
        queries: [
          [grown('newsmill_received_total'), 'received'],
          [grown('newsmill_redriven_total', 'stage!="record"'), 're-driven'],
          [
            grown('newsmill_stage_events_total', 'stage!="record",outcome="done"'),
            'done: stored, unchanged, withdrawn, held',
          ],
          [grown('newsmill_stage_events_total', 'stage!="record",outcome="skipped"'), 'skipped: nothing new'],
          [grown('newsmill_stage_events_total', 'stage!="record",outcome="rejected"'), 'rejected'],
          [grown('newsmill_stage_events_total', 'stage!="record",outcome="dead"'), 'dead'],
          [grown('newsmill_replayed_events_total', ANSWERED), 'of these, brought by replays'],
          [grown('newsmill_stray_events_total', 'outcome!="emitted"'), 'of these, belonging to nothing received'],
          [open, 'in flight, by the counters'],
        ],
      },
      {
        title: 'Open receipts',
        description:
          'From the database: what is not answered for yet, and of what nothing has been heard for 10 minutes.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [once('newsmill_receipts_open'), 'open'],
          [once('newsmill_receipts_silent'), 'silent'],
          [once('newsmill_deferred_links'), 'links that wait for their hosts'],
        ],
      },
    ],
  },
  {
    title: 'Freshness',
    panels: [
      {
        title: 'Budget burnt',
        description:
          'How many times faster than it lasts for a month; alerts begin at 14.4 over 1 h and 6 over 6 h. Needs the recording rules.',
        shows: 'graph',
        unit: 'short',
        queries: ['5m', '1h', '6h', '3d'].map((window): [string, string] => [
          `newsmill:freshness_late:ratio_rate${window}{namespace=~"$namespace"} / ${Number((1 - OBJECTIVE).toFixed(6))}`,
          window,
        ]),
      },
      {
        title: 'Received → stored',
        description: 'Half, 95 % and 99 % of articles are stored within so many seconds of their receipt.',
        shows: 'graph',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((part): [string, string] => [
          quantile(part, 'newsmill_received_to_stored_seconds', 'mode', COUNTED),
          `{{mode}} ${part * 100} %`,
        ]),
      },
      {
        title: 'Published → stored',
        description:
          'The same from when the publisher says the version was made: what a reader sees, with the delay of feeds in it.',
        shows: 'graph',
        unit: 's',
        queries: [0.5, 0.95].map((part): [string, string] => [
          quantile(part, 'newsmill_published_to_stored_seconds', 'mode', COUNTED),
          `{{mode}} ${part * 100} %`,
        ]),
      },
    ],
  },
  {
    title: 'Stages',
    panels: [
      {
        title: 'Lag in events',
        description: 'What each stage has not committed.',
        shows: 'graph',
        unit: 'short',
        queries: [[once('newsmill_stage_lag', 'stage'), '{{stage}}']],
      },
      {
        title: 'Lag in seconds',
        description: 'Age of the oldest event that a stage has not committed.',
        shows: 'graph',
        unit: 's',
        queries: [[once('newsmill_stage_lag_seconds', 'stage'), '{{stage}}']],
      },
      {
        title: 'Waiting for a dependency',
        description: '1 while a stage pauses.',
        shows: 'graph',
        unit: 'short',
        queries: [[once('newsmill_stage_paused', 'stage, dependency'), '{{stage}}: {{dependency}}']],
      },
      {
        title: 'A batch, 95 %',
        description: 'From taking it to its commit.',
        shows: 'graph',
        unit: 's',
        queries: [[quantile(0.95, 'newsmill_stage_batch_seconds', 'stage'), '{{stage}}']],
      },
      {
        title: 'A call of the handler, 95 %',
        description: 'What of a batch is the handler; the rest is publishing, committing and retries.',
        shows: 'graph',
        unit: 's',
        queries: [[quantile(0.95, 'newsmill_stage_handler_seconds', 'stage'), '{{stage}}']],
      },
      {
        title: 'Retries',
        description: 'Repeated calls a second, by class of the fault.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_stage_retries_total', 'stage, error_class'), '{{stage}} {{error_class}}']],
      },
    ],
  },
  {
    title: 'Dead letters and rejections',
    panels: [
      {
        title: 'Dead letters, by class',
        description: 'In the time of a point.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [
            `sum by (stage, error_class) (increase(${of('newsmill_stage_dead_letters_total')}[$__rate_interval])) > 0`,
            '{{stage}} {{error_class}}',
          ],
        ],
      },
      {
        title: 'Dead letters that wait',
        description: 'Neither re-driven nor dropped.',
        shows: 'graph',
        unit: 'short',
        queries: [[once('newsmill_dead_letters_waiting', 'stage'), '{{stage}}']],
      },
      {
        title: 'Rejected and dead, by reason',
        description: 'A second; why pages were not had.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_stage_reasons_total', 'outcome, reason'), '{{outcome}} {{reason}}']],
      },
    ],
  },
];
