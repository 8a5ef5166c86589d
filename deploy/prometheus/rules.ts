import { type Alert, isAlert, type RecordingRule, type RuleGroup } from './alert.ts';
import { flow } from './alerts/flow.ts';
import { freshness } from './alerts/freshness.ts';
import { processes } from './alerts/process.ts';
import { sources } from './alerts/sources.ts';
import { subscribers } from './alerts/subscribers.ts';

/** Every rule, the order in which groups stand in the file. */
export const ruleGroups: readonly RuleGroup[] = [...freshness, flow, processes, sources, subscribers];

export const alerts: readonly Alert[] = ruleGroups.flatMap(({ rules }) => rules.filter(isAlert));
export const recordingRules: readonly RecordingRule[] = ruleGroups.flatMap(({ rules }) =>
  rules.filter((rule): rule is RecordingRule => !isAlert(rule)),
);

const WRITTEN = '# Written by `node deploy/observability.ts` from deploy/prometheus/alerts/.';

/** A rules file of Prometheus. @param runbooks where the pages of docs/runbooks stand for those who are on call */
export function rulesFile(runbooks = 'docs/runbooks'): string {
  return [
    WRITTEN,
    '# What is told over all processes is the same in each: hence max. `namespace` is that of Kubernetes, elsewhere empty.',
    'groups:',
    ...ruleGroups.flatMap(({ name, rules }) => [
      `  - name: ${name}`,
      '    rules:',
      ...rules.flatMap((rule) => (isAlert(rule) ? alertLines(rule, runbooks) : recordLines(rule))),
    ]),
    '',
  ].join('\n');
}

/** Intervals of proofs: a file of tests has one interval of evaluation, and short ones take long over long spans. */
export const proofIntervals = ['1m', '5m', '30m'] as const;

/** Unit tests of the rules for promtool: each alert is quiet, fires, and clears. */
export function rulesTestFile(interval: (typeof proofIntervals)[number]): string {
  const proved = alerts.filter(({ proof }) => (proof.interval ?? '1m') === interval);
  return [
    WRITTEN,
    'rule_files: [rules.yaml]',
    `evaluation_interval: ${interval}`,
    'tests:',
    ...proved.flatMap(({ name, severity, proof }) => {
      const { series, fires, clears, labels = { namespace: 'news' } } = proof;
      const told = { alertname: name, alertstate: 'firing', severity, ...labels };
      const matchers = Object.entries(told).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
      const firing = `ALERTS{alertname="${name}",alertstate="firing"}`;
      return [
        `  - name: ${name}`,
        `    interval: ${interval}`,
        '    input_series:',
        ...Object.entries(series).flatMap(([selector, values]) => [
          `      - series: ${quoted(selector)}`,
          `        values: ${quoted(values)}`,
        ]),
        '    promql_expr_test:',
        `      - { expr: ${quoted(firing)}, eval_time: 0m, exp_samples: [] }`,
        `      - expr: ${quoted(firing)}`,
        `        eval_time: ${fires}`,
        '        exp_samples:',
        `          - { labels: ${quoted(`ALERTS{${matchers.join(',')}}`)}, value: 1 }`,
        `      - { expr: ${quoted(firing)}, eval_time: ${clears}, exp_samples: [] }`,
      ];
    }),
    '',
  ].join('\n');
}

function alertLines(alert: Alert, runbooks: string): string[] {
  const { name, severity, expr, summary, description } = alert;
  return [
    `      - alert: ${name}`,
    ...exprLines(expr),
    `        for: ${alert.for}`,
    `        labels: { severity: ${severity} }`,
    '        annotations:',
    `          summary: ${quoted(summary)}`,
    `          description: ${quoted(description)}`,
    `          runbook_url: ${quoted(`${runbooks}/${name}.md`)}`,
  ];
}

function recordLines({ record, expr }: RecordingRule): string[] {
  return [`      - record: ${record}`, ...exprLines(expr)];
}

function exprLines(expr: string): string[] {
  return ['        expr: |-', ...expr.split('\n').map((line) => `          ${line}`)];
}

/** A string of YAML in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
