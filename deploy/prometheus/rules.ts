import { type Alert, type AlertProof, isAlert, type QuietProof, type RecordingRule, type RuleGroup } from './alert.ts';
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
  const proved = alerts.flatMap((alert) =>
    [alert.proof, ...(alert.also ?? [])]
      .filter((proof) => (proof.interval ?? '1m') === interval)
      .flatMap((proof) => proofLines(alert, proof)),
  );
  return [WRITTEN, 'rule_files: [rules.yaml]', `evaluation_interval: ${interval}`, 'tests:', ...proved, ''].join('\n');
}

function proofLines({ name, severity }: Alert, proof: AlertProof | QuietProof): string[] {
  const { of, interval = '1m', series } = proof;
  const firing = `ALERTS{alertname="${name}",alertstate="firing"}`;
  // How often it has fired from the beginning: a single look could fall between two times.
  const quietUntil = (until: string): string =>
    `      - { expr: ${quoted(`count_over_time(${firing}[${until}])`)}, eval_time: ${until}, exp_samples: [] }`;
  const title = of === undefined ? name : quoted(`${name}: ${of}`);
  const lines = [
    `  - name: ${title}`,
    `    interval: ${interval}`,
    '    input_series:',
    ...Object.entries(series).flatMap(([selector, values]) => [
      `      - series: ${quoted(selector)}`,
      `        values: ${quoted(values)}`,
    ]),
    '    promql_expr_test:',
  ];
  if ('quiet' in proof) return [...lines, quietUntil(proof.quiet)];
  const { fires, clears, goesOn, labels = { namespace: 'news' } } = proof;
  const told = Object.entries({ alertname: name, alertstate: 'firing', severity, ...labels });
  const matchers = told.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',');
  const firesAt = (expr: string, at: string): string[] => [
    `      - expr: ${quoted(expr)}`,
    `        eval_time: ${at}`,
    '        exp_samples:',
    `          - { labels: ${quoted(`ALERTS{${matchers}}`)}, value: 1 }`,
  ];
  return [
    ...lines,
    `      - { expr: ${quoted(firing)}, eval_time: 0m, exp_samples: [] }`,
    ...firesAt(firing, fires),
    ...(goesOn === undefined ? [] : firesAt(gapless(firing, fires, goesOn, interval), goesOn)),
    `      - { expr: ${quoted(firing)}, eval_time: ${clears}, exp_samples: [] }`,
  ];
}

/** An expression that has the alert's series at `until` only if it has fired at every evaluation since `from`. */
function gapless(firing: string, from: string, until: string, interval: string): string {
  const minutes = parseInt(until) - parseInt(from);
  return `${firing} and count_over_time(${firing}[${minutes}m]) >= ${minutes / parseInt(interval)}`;
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

function recordLines({ record, expr, labels }: RecordingRule): string[] {
  const set = Object.entries(labels ?? {}).map(([label, value]) => `${label}: ${value}`);
  return [
    `      - record: ${record}`,
    ...exprLines(expr),
    ...(set.length === 0 ? [] : [`        labels: { ${set.join(', ')} }`]),
  ];
}

function exprLines(expr: string): string[] {
  return ['        expr: |-', ...expr.split('\n').map((line) => `          ${line}`)];
}

/** A string of YAML in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
