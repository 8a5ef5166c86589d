import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, type ChartRenderer, type Fields, type KubernetesObject } from './helm.ts';

/** One supported way to install the chart: a file of `ci/`. */
export interface Topology {
  name: string;
  values: Fields;
  objects: KubernetesObject[];
}

/** Names of the topologies: files of `ci/` without `-values.yaml`. */
export const topologyNames: readonly string[] = readdirSync(join(CHART, 'ci'))
  .filter((file) => file.endsWith('-values.yaml'))
  .map((file) => file.replace(/-values\.yaml$/, ''));

/** A topology with its objects. */
export function topology(renderer: ChartRenderer, name: string): Topology {
  const values = renderer.parseYaml(readFileSync(join(CHART, 'ci', `${name}-values.yaml`), 'utf8'));
  return { name, values, objects: renderer.render(values) };
}

/** The least that the chart can be installed with. */
export const LEAST: Fields = {
  image: { registry: 'registry.example' },
  kafka: { brokers: ['kafka:9092'], securityProtocol: 'plaintext' },
  database: { existingSecret: 'database' },
  fetcher: { push: { existingSecret: 'push' } },
};
