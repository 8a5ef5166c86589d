import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipelineFacts } from './pipeline-facts.ts';
import { valuesSchema } from './values-schema.ts';

/** Where the chart is, from the root of the repository. */
export const CHART = 'deploy/helm/newsmill';

/**
 * Every generated file of the chart by its path from the root, with the content it must have: what follows from
 * definitions, and copies of the alerts and dashboards, which Helm can only read inside of the chart.
 */
export async function chartFiles(root: string): Promise<Map<string, string>> {
  const files = new Map([
    [`${CHART}/files/pipeline.json`, toJson(pipelineFacts())],
    [`${CHART}/values.schema.json`, toJson(valuesSchema())],
  ]);
  for (const [from, to] of [
    ['deploy/prometheus/rules.yaml', 'files/rules.yaml'],
    ...(await dashboards(root)).map((name) => [`deploy/grafana/${name}`, `files/dashboards/${name}`]),
  ] as [string, string][]) {
    const content = await readFile(join(root, from), 'utf8').catch(absent);
    if (content !== undefined) files.set(`${CHART}/${to}`, content);
  }
  return files;
}

async function dashboards(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'deploy/grafana')).catch(absent);
  return (names ?? []).filter((name) => name.endsWith('.json')).sort();
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
