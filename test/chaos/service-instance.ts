import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serviceMemoryEnvironment, serviceNodeFlags } from '../../deploy/local-services/process-memory.ts';
import { machineEnvironment } from '../support/environment.config.ts';
import { freePort } from '../support/free-port.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const END_WITH_PARENT = `${ROOT}deploy/local-services/end-with-parent.ts`;
const READY_WITHIN_MS = 90_000;

/** One place for a service's process: killed and started again it keeps its address. */
export class ServiceInstance {
  readonly name: string;
  readonly url: string;
  /** Of every life. */
  readonly lines: string[] = [];
  /** Processes that have ended here. */
  endedLives = 0;
  /** The most memory that any life had in use, in MB. */
  maxRssMb = 0;
  readonly #environment: Record<string, string>;
  readonly #mark: string;
  readonly #preload: string | undefined;
  readonly #root: string;
  #child: ChildProcess | undefined;
  #ended: Promise<number | string> = Promise.resolve(0);

  private constructor(
    name: string,
    url: string,
    mark: string,
    environment: Record<string, string>,
    preload: string | undefined,
    root: string,
  ) {
    this.#preload = preload;
    this.#root = root;
    this.name = name;
    this.url = url;
    this.#mark = mark;
    this.#environment = environment;
  }

  /**
   * @param mark stands in the command line, for whoever must find what is left over
   * @param preload a module that runs before the service
   * @param root folder of the checkout whose build runs, with a slash at its end
   */
  static async at(
    name: string,
    mark: string,
    environment: Record<string, string>,
    preload?: string,
    root = ROOT,
  ): Promise<ServiceInstance> {
    const port = String(await freePort());
    const own = { ...environment, NEWSMILL_HTTP_PORT: port };
    return new ServiceInstance(name, `http://127.0.0.1:${port}`, mark, own, preload, root);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  launch(): void {
    const flags = [END_WITH_PARENT, ...(this.#preload === undefined ? [] : [this.#preload])].flatMap((path) => [
      '--import',
      path,
    ]);
    const child = spawn(
      process.execPath,
      [...serviceNodeFlags, ...flags, `${this.#root}apps/${this.name}/dist/main.js`, this.#mark],
      {
        env: { ...serviceMemoryEnvironment, ...machineEnvironment(), ...this.#environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        cwd: this.#root,
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    this.#child = child;
    this.#ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.endedLives += 1;
        resolve(signal ?? code ?? 'unknown');
      }),
    );
  }

  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  async ready(withinMs = READY_WITHIN_MS): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      if (!this.isRunning) throw new Error(`${this.name} has ended:\n${this.lines.slice(-20).join('\n')}`);
      const ok = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        (answer) => answer.ok,
        () => false,
      );
      if (ok) return;
      if (performance.now() > deadline) {
        throw new Error(`${this.name} is not ready:\n${this.lines.slice(-20).join('\n')}`);
      }
      await sleep(100);
    }
  }

  /** A setting of its next life. */
  set(name: string, value: string): void {
    this.#environment[name] = value;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child!.kill(signal);
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return;
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** SIGTERM. @returns the exit code (or signal) and the milliseconds that it took; SIGKILL after `withinMs` */
  async stop(withinMs = 30_000): Promise<{ code: number | string; ms: number }> {
    const began = performance.now();
    this.signal('SIGTERM');
    const forced = setTimeout(() => this.signal('SIGKILL'), withinMs);
    const code = await this.#ended;
    clearTimeout(forced);
    return { code, ms: Math.round(performance.now() - began) };
  }

  /** Lines that match. */
  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  /** Reads the memory in use now. @returns MB; 0 when it does not run, or where there is no /proc */
  sampleRss(): number {
    if (!this.isRunning) return 0;
    try {
      const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
      const mb = Math.round(Number(kib) / 1024);
      this.maxRssMb = Math.max(this.maxRssMb, mb);
      return mb;
    } catch {
      return 0;
    }
  }

  async metrics(): Promise<string> {
    const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(10_000) });
    return response.text();
  }
}
