import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceMemoryEnvironment, serviceNodeFlags } from './process-memory.ts';
import { plainLine } from './plain-line.ts';

const root = resolve(import.meta.dirname, '../..');
const endWithParent = join(import.meta.dirname, 'end-with-parent.ts');
const pollMs = 200;

/** One built program of newsmill as a child process, each of its lines printed after its name. */
export class ServiceProcess {
  readonly name: string;
  /** Resolves with how it ended: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;

  /**
   * @param script the program's path from the root of the project.
   * @param environment all of its variables.
   */
  constructor(name: string, script: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.name = name;
    // A session of its own: Ctrl-C in the terminal is for us, and we stop the services in order.
    this.#child = spawn(
      process.execPath,
      [...serviceNodeFlags, '--import', endWithParent, join(root, script), ...args],
      {
        cwd: root,
        env: { ...serviceMemoryEnvironment, ...environment },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.say(plainLine(line)));
    }
    this.ended = new Promise((tell) => {
      this.#child.once('error', (error) => {
        this.say(error.message);
        tell(1);
      });
      // After the last line, unlike `exit`.
      this.#child.once('close', (code, signal) => tell(signal ?? code ?? 1));
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /** Prints a line after the service's name. */
  say(line: string): void {
    console.log(`${this.name.padEnd(8)} | ${line}`);
  }

  /** Resolves when `url` answers with success, or when the process has ended. */
  async answers(url: string): Promise<void> {
    while (this.running) {
      const ok = await fetch(url).then(
        (response) => response.ok,
        () => false,
      );
      if (ok) return;
      await delay(pollMs);
    }
  }

  /** SIGTERM, and SIGKILL where that does not end it in time. Resolves when it has ended. */
  async stop(withinMs: number): Promise<void> {
    if (this.running) this.#child.kill('SIGTERM');
    const forced = setTimeout(() => {
      this.say(`did not stop within ${withinMs / 1000} s: killed`);
      this.kill();
    }, withinMs);
    await this.ended;
    clearTimeout(forced);
  }

  kill(): void {
    if (this.running) this.#child.kill('SIGKILL');
  }
}
