/** One line of the text format of Prometheus (0.0.4). */
export interface MetricSample {
  /** As it is told: of a histogram with `_bucket`, `_sum` or `_count`. */
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Exposition {
  /** Type and help by the name of the metric, told even while it has no sample. */
  metrics: Map<string, { type: string; help: string }>;
  samples: MetricSample[];
}

/** Reads what a process tells at `/metrics`. @throws Error at a line that is none */
export function readExposition(text: string): Exposition {
  const metrics: Exposition['metrics'] = new Map();
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    const [, kind, about, told] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (about !== undefined) {
      const known = metrics.get(about) ?? { type: '', help: '' };
      metrics.set(about, kind === 'HELP' ? { ...known, help: told! } : { ...known, type: told! });
      continue;
    }
    if (line === '') continue;
    const [, name, labels = '', value] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
    if (name === undefined) throw new Error(`not a sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!] as const);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return { metrics, samples };
}

/** What a process tells now. */
export async function scrape(url: string): Promise<Exposition> {
  const response = await fetch(`${url}/metrics`);
  if (!response.ok) throw new Error(`${url}/metrics: status ${response.status}`);
  return readExposition(await response.text());
}

/** Names and labels of newsmill's own samples, without values, sorted. Those of Node.js come and go with its garbage. */
export function newsmillSeries({ samples }: Exposition): string[] {
  return samples
    .filter(({ name }) => name.startsWith('newsmill_'))
    .map(({ name, labels }) => `${name}${JSON.stringify(labels)}`)
    .sort();
}
