import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './newsmill-client.ts';
import { isRequired, prometheus, promtool } from './real-parts.config.ts';

/**
 * Why tests that need Prometheus must be skipped, or undefined when it and promtool are installed. Says so on the console;
 * throws when `NEWSMILL_TEST_REQUIRE` names `prometheus`.
 */
export function prometheusUnavailable(): string | undefined {
  const missing = [prometheus(), promtool()].filter((program) => {
    const { status } = spawnSync(program, ['--version'], { stdio: 'ignore' });
    return status !== 0;
  });
  if (missing.length === 0) return undefined;
  const why = `${missing.join(' and ')} cannot be run`;
  if (isRequired('prometheus')) throw new Error(`NEWSMILL_TEST_REQUIRE names prometheus, and ${why}`);
  console.warn(`SKIPPED: ${why}`);
  return why;
}

/** What promtool says; the code is 0 when it has nothing to find fault with. */
export function runPromtool(...args: readonly string[]): { code: number | null; told: string } {
  const { status, stdout, stderr } = spawnSync(promtool(), args, { encoding: 'utf8' });
  return { code: status, told: `${stdout}${stderr}` };
}

export interface FiringAlert {
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A real Prometheus that asks one newsmill every two seconds. */
export class RunningPrometheus {
  private readonly told: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data: Buffer) => this.told.push(String(data)));
  }

  /**
   * @param target `host:port` of what has `/metrics`
   * @param rules a rules file, as text
   */
  static async start(target: string, rules: string): Promise<RunningPrometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'newsmill-prometheus-'));
    const port = await freePort();
    await writeFile(join(folder, 'rules.yaml'), rules);
    await writeFile(
      join(folder, 'prometheus.yaml'),
      [
        'global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }',
        'rule_files: [rules.yaml]',
        'scrape_configs:',
        `  - { job_name: newsmill, static_configs: [{ targets: ['${target}'] }] }`,
        '',
      ].join('\n'),
    );
    const child = spawn(
      prometheus(),
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const running = new RunningPrometheus(child, folder, `http://127.0.0.1:${port}`);
    await until('Prometheus is ready', 60_000, async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${running.told.join('')}`);
      const ready = await fetch(`${running.url}/-/ready`).catch(() => undefined);
      return ready?.ok ? true : undefined;
    });
    return running;
  }

  /** Alerts that fire now. */
  async firing(): Promise<FiringAlert[]> {
    const response = await fetch(`${this.url}/api/v1/alerts`);
    const { data } = (await response.json()) as {
      data: { alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[] };
    };
    return data.alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels, annotations }) => ({ name: labels.alertname!, labels, annotations }));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.kill()) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
