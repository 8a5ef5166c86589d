import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { machineEnvironment } from './environment.config.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A built newsmill process, as an operator starts it. */
export class NewsmillProcess {
  /** Every line it has printed. */
  readonly lines: string[] = [];
  /** Those of standard output alone. */
  readonly output: string[] = [];
  private readonly child: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  private hasExited = false;

  /**
   * @param script path of the built program from the root, or of another checkout's
   * @param environment in place of this process's NEWSMILL_ settings
   */
  constructor(script: string, args: readonly string[], environment: Record<string, string>) {
    this.child = spawn(process.execPath, [resolve(ROOT, script), ...args], {
      env: { ...machineEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: ROOT,
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.output.push(line));
    this.ended = new Promise((tell) => {
      this.child.once('exit', (code, signal) => {
        this.hasExited = true;
        tell(signal ?? code ?? 'unknown');
      });
    });
  }

  /** Process id. */
  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.hasExited;
  }

  /** The first line that matches. @throws Error with what it printed when it ends or takes longer than a minute */
  async line(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      for (const line of this.lines) {
        const found = pattern.exec(line);
        if (found) return found;
      }
      if (this.hasExited || Date.now() > deadline) {
        throw new Error(
          `${pattern} was not printed (${this.hasExited ? 'it has ended' : 'it still runs'}):\n${this.lines.join('\n')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends a signal and waits for the end. @returns exit code, or the signal that ended it */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    this.child.kill(signal);
    return this.ended;
  }
}
