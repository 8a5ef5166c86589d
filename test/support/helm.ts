import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helm, isRequired } from './real-parts.config.ts';

/** The chart's folder. */
export const CHART = fileURLToPath(new URL('../../deploy/helm/newsmill', import.meta.url));

/** Fields of Kubernetes' objects and of values. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- kubeconform holds them to Kubernetes' schemas
export type Fields = Record<string, any>;

export interface KubernetesObject extends Fields {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations?: Record<string, string> };
}

/** Reads YAML as Kubernetes does, and writes each document as JSON on a line. */
const READER = `{{- range splitList "\\n---\\n" .Values.documents }}{{ with fromYaml . }}
---
{{ toJson . }}{{ end }}{{ end }}
`;

/**
 * Why tests that need Helm must be skipped, or undefined when it runs. Says so on the console; throws when
 * `NEWSMILL_TEST_REQUIRE` names `helm`.
 */
export function helmUnavailable(): string | undefined {
  const { status, error, stderr } = spawnSync(helm(), ['version', '--short'], { encoding: 'utf8' });
  if (status === 0) return undefined;
  const reason = `${helm()}: ${error?.message ?? stderr.trim()}`;
  if (isRequired('helm')) throw new Error(`NEWSMILL_TEST_REQUIRE names helm. ${reason}`);
  console.warn(`SKIPPED, Helm is not available. ${reason}`);
  return reason;
}

/** Renders charts, with a folder of its own until {@link ChartRenderer.close}. */
export class ChartRenderer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'newsmill-chart-'));
  private readonly chart: string;
  private readonly release: string;

  /** @param release its name, and that of its namespace */
  constructor(chart = CHART, release = 'news') {
    this.chart = chart;
    this.release = release;
    mkdirSync(join(this.folder, 'reader/templates'), { recursive: true });
    writeFileSync(join(this.folder, 'reader/Chart.yaml'), 'apiVersion: v2\nname: reader\nversion: 0.0.0\n');
    writeFileSync(join(this.folder, 'reader/templates/documents.yaml'), READER);
  }

  /** The chart's objects. @throws Error with Helm's message */
  render(...values: readonly Fields[]): KubernetesObject[] {
    const { status, stdout, stderr } = this.template(values);
    if (status !== 0) throw new Error(stderr);
    return this.documents(stdout);
  }

  /** Why values are refused. @throws Error when they are not */
  refusal(...values: readonly Fields[]): string {
    const { status, stderr } = this.template(values);
    if (status === 0) throw new Error(`not refused: ${JSON.stringify(values)}`);
    return stderr;
  }

  /** What an install tells at its end. @throws Error with Helm's message */
  notes(...values: readonly Fields[]): string {
    const { status, stdout, stderr } = this.asked(['install', '--dry-run=client'], values);
    if (status !== 0) throw new Error(stderr);
    return stdout.slice(stdout.indexOf('\nNOTES:\n'));
  }

  /** What one YAML document holds. */
  parseYaml(text: string): Fields {
    const [content] = this.documents(text);
    return content ?? {};
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private template(values: readonly Fields[]): Ran {
    return this.asked(['template'], values);
  }

  private asked(command: readonly string[], values: readonly Fields[]): Ran {
    const files = values.map((part, index) => {
      const file = join(this.folder, `values-${index}.json`);
      writeFileSync(file, JSON.stringify(part));
      return ['--values', file];
    });
    return run(...command, this.release, this.chart, '--namespace', this.release, ...files.flat());
  }

  private documents(yaml: string): KubernetesObject[] {
    const file = join(this.folder, 'documents.yaml');
    writeFileSync(file, yaml);
    const { status, stdout, stderr } = run(
      'template',
      'reader',
      join(this.folder, 'reader'),
      '--set-file',
      `documents=${file}`,
    );
    if (status !== 0) throw new Error(stderr);
    return stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as KubernetesObject);
  }
}

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(...args: readonly string[]): Ran {
  return spawnSync(helm(), args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** The object of a kind and name. @throws Error when there is none */
export function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found) return found;
  const there = objects.map((object) => `${object.kind} ${object.metadata.name}`);
  throw new Error(`no ${kind} ${name} among ${there.join(', ')}`);
}

/** The pods of an installation: of Deployments, of Jobs, and the test's own. */
export function podsOf(objects: readonly KubernetesObject[]): { of: string; labels: Fields; spec: Fields }[] {
  return objects
    .filter(({ kind }) => ['Deployment', 'Job', 'Pod'].includes(kind))
    .map((object) => {
      const pod: Fields = object.kind === 'Pod' ? object : object.spec.template;
      return { of: `${object.kind} ${object.metadata.name}`, labels: pod.metadata.labels, spec: pod.spec };
    });
}
