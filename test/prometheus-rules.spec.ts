import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { type MetricDefinition, Metrics } from '@newsmill/service';
import { metricGroups } from '@newsmill/standalone';
import { rows } from '../deploy/grafana/dashboard.ts';
import { observabilityFiles } from '../deploy/observability-files.ts';
import { alerts, proofIntervals, recordingRules, rulesFile } from '../deploy/prometheus/rules.ts';
import { prometheusUnavailable, runPromtool } from './support/prometheus.ts';
import { readPromql, type Selector } from './support/promql.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const definitions = new Map(
  metricGroups().flatMap(([, group]) => group.map((metric) => [metric.name, metric] as const)),
);
/** Of prom-client, as it is registered here. */
const ofProcess = new Set(new Metrics().registry.getMetricsAsArray().map(({ name }) => name));
/** Labels that Prometheus and its targets add to every sample. */
const EXTERNAL = new Set(['namespace', 'job', 'instance']);

const panels = rows.flatMap((row) => row.panels.map((panel) => ({ ...panel, row: row.title })));
const asked: [where: string, expr: string][] = [
  ...alerts.map(({ name, expr }): [string, string] => [name, expr]),
  ...recordingRules.map(({ record, expr }): [string, string] => [record, expr]),
  ...panels.flatMap(({ row, title, queries }) =>
    queries.map(([expr], index): [string, string] => [`${row}: ${title} ${index + 1}`, expr]),
  ),
];

/** The definition that a series is of: those of a histogram have endings. */
function definitionOf(metric: string): MetricDefinition | undefined {
  const base = metric.replace(/_(bucket|sum|count)$/, '');
  const histogram = definitions.get(base);
  return definitions.get(metric) ?? (histogram?.type === 'histogram' ? histogram : undefined);
}

/** What is wrong with a selector, in words. */
function faultsOf({ metric, matchers }: Selector): string[] {
  const isKnown =
    metric === 'up' ||
    recordingRules.some(({ record }) => record === metric) ||
    [metric, metric.replace(/_(bucket|sum|count)$/, '')].some((name) => ofProcess.has(name));
  const definition = definitionOf(metric);
  if (definition === undefined) return isKnown ? [] : [`${metric} is no metric of newsmill`];
  return matchers.flatMap(({ label, operator, value }) => {
    if (EXTERNAL.has(label)) return [];
    if (label === 'le' && metric.endsWith('_bucket')) {
      const bounds = definition.buckets!.filter((bound) => new RegExp(`^(?:${value})$`).test(String(bound)));
      return bounds.length === 1 ? [] : [`${metric} has no bucket ${value}`];
    }
    const values = definition.labels?.[label];
    if (values === undefined) return [`${metric} has no label ${label}`];
    if (typeof values === 'string') return [];
    const wanted = operator.endsWith('~') ? value.split('|') : [value];
    return wanted.filter((each) => !values.includes(each)).map((each) => `${metric}: ${label} is never ${each}`);
  });
}

describe('a query', () => {
  it.each(asked)('%s asks for what newsmill tells', (_, expr) => {
    const { selectors, grouping } = readPromql(expr);
    expect(selectors.length).toBeGreaterThan(0);
    expect(selectors.flatMap(faultsOf)).toEqual([]);
    const labels = new Set([
      ...EXTERNAL,
      'le',
      ...selectors.flatMap(({ metric }) => Object.keys(definitionOf(metric)?.labels ?? {})),
    ]);
    expect(grouping.filter((label) => !labels.has(label))).toEqual([]);
  });

  it.each([
    ['newsmill_lag', 'newsmill_lag is no metric of newsmill'],
    [
      'sum(rate(newsmill_stage_events_total{outcome="lost"}[5m]))',
      'newsmill_stage_events_total: outcome is never lost',
    ],
    ['max by (stage) (newsmill_stage_lag{topic="a"}) > 1', 'newsmill_stage_lag has no label topic'],
    [
      'rate(newsmill_stage_batch_seconds_bucket{le="3"}[$__range])',
      'newsmill_stage_batch_seconds_bucket has no bucket 3',
    ],
    ['newsmill_stage_lag_bucket', 'newsmill_stage_lag_bucket is no metric of newsmill'],
  ])('%s is seen to be wrong', (expr, fault) => {
    expect(readPromql(expr).selectors.flatMap(faultsOf)).toEqual([fault]);
  });
});

describe('every metric', () => {
  it('is shown or asked for somewhere', () => {
    const used = new Set(
      asked.flatMap(([, expr]) => readPromql(expr).selectors.map(({ metric }) => definitionOf(metric)?.name)),
    );
    expect([...definitions.keys()].filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('an alert', () => {
  it('has a name that no other has', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
  });

  it.each(alerts)('$name says what it means, and has a page', (alert) => {
    const { name, severity, summary, description, proof, also = [] } = alert;
    expect(name).toMatch(/^Newsmill[A-Z][A-Za-z]+$/);
    expect(['critical', 'warning']).toContain(severity);
    expect(summary).not.toBe('');
    expect(description).toMatch(/[.?]$/);
    for (const each of [proof, ...also]) {
      expect(Object.keys(each.series).length).toBeGreaterThan(0);
      if ('quiet' in each) continue;
      const times = [each.fires, each.goesOn ?? [], each.clears].flat().map((time) => parseInt(time));
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
    expect(rulesFile('https://desk.example/runbooks')).toContain(
      `runbook_url: 'https://desk.example/runbooks/${name}.md'`,
    );
    const page = readFileSync(`${ROOT}docs/runbooks/${name}.md`, 'utf8');
    expect(page.split('\n')[0]).toBe(`# ${name}`);
    for (const heading of ['Meaning', 'Impact', 'First look', 'What to do', 'When it is normal']) {
      expect(page).toContain(`\n## ${heading}\n`);
    }
  });

  it('is there for every page', () => {
    const pages = readdirSync(`${ROOT}docs/runbooks`).filter((file) => file.startsWith('Newsmill'));
    expect(pages.sort()).toEqual(alerts.map(({ name }) => `${name}.md`).sort());
  });

  it('asks in its page for what newsmill tells', () => {
    const queries = alerts.flatMap(({ name }) => {
      const page = readFileSync(`${ROOT}docs/runbooks/${name}.md`, 'utf8');
      return [...page.matchAll(/```promql\n([^`]+)```/g)].flatMap(([, text]) => text!.trim().split('\n'));
    });
    expect(queries.length).toBeGreaterThanOrEqual(alerts.length);
    expect(queries.flatMap((expr) => readPromql(expr).selectors.flatMap(faultsOf))).toEqual([]);
  });
});

describe('files from definitions', () => {
  it.each([...observabilityFiles()])('%s is current (node deploy/observability.ts)', (path, content) => {
    expect(readFileSync(ROOT + path, 'utf8')).toBe(content);
  });

  it('are left as they are where rules are printed for another place of the pages', () => {
    const url = 'https://desk.example/runbooks';
    const before = readFileSync(`${ROOT}deploy/prometheus/rules.yaml`, 'utf8');
    const { status, stdout } = spawnSync(process.execPath, ['deploy/observability.ts', '--runbooks', `${url}/`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, before.replaceAll("'docs/runbooks/", `'${url}/`)]);
    expect(readFileSync(`${ROOT}deploy/prometheus/rules.yaml`, 'utf8')).toBe(before);
  });

  it('hold a dashboard whose panels all ask something, under ids of their own, beside one another', () => {
    interface Placed {
      id: number;
      type: string;
      gridPos: { x: number; y: number; w: number; h: number };
      targets?: { expr: string }[];
    }
    const { panels: placed } = JSON.parse(observabilityFiles().get('deploy/grafana/newsmill.json')!) as {
      panels: Placed[];
    };
    expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
    expect(placed.filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0)).toEqual([]);
    const cells = placed.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...placed.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});

(prometheusUnavailable() ? describe.skip : describe)('promtool', () => {
  it('takes the rules', () => {
    const { code, told } = runPromtool('check', 'rules', `${ROOT}deploy/prometheus/rules.yaml`);
    expect([code, told]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it.each(proofIntervals)(
    'sees each alert quiet, firing and clear again (%s)',
    (interval) => {
      const name = interval === '1m' ? 'rules' : `rules-${interval}`;
      const { code, told } = runPromtool('test', 'rules', `${ROOT}deploy/prometheus/${name}.test.yaml`);
      expect([code, told]).toEqual([0, expect.stringContaining('SUCCESS')]);
    },
    300_000,
  );

  const missing = 'unless newsmill:service_processes:count';
  it.each([
    ['is deaf', '30m', 'NewsmillDeadLettersWaiting', '{stage!="fetch"}) > 0', '{stage!="fetch"}) > 9'],
    [
      'ends while it should go on',
      '5m',
      '>= 193',
      '(newsmill:service_processes:count[7d])',
      '(newsmill:service_processes:count[1h])',
    ],
    ['fires where it should be quiet', '5m', '[170m]', missing, `${missing} > 1`],
  ] as const)(
    'finds an alert that %s',
    (_, interval, fault, before, after) => {
      const folder = mkdtempSync(join(tmpdir(), 'newsmill-rules-'));
      const files = observabilityFiles();
      const rules = files.get('deploy/prometheus/rules.yaml')!;
      const faulty = rules.replaceAll(before, after);
      expect(faulty).not.toBe(rules);
      writeFileSync(join(folder, 'rules.yaml'), faulty);
      writeFileSync(join(folder, 'proof.yaml'), files.get(`deploy/prometheus/rules-${interval}.test.yaml`)!);
      const { code, told } = runPromtool('test', 'rules', join(folder, 'proof.yaml'));
      rmSync(folder, { recursive: true });
      expect([code, told]).toEqual([1, expect.stringContaining(fault)]);
    },
    120_000,
  );
});
