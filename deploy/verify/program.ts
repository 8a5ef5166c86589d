import { spawn } from 'node:child_process';
import { machineEnvironment } from '../../test/support/environment.config.ts';

export interface RunOptions {
  /** Milliseconds; then the program is ended. Default: a minute. */
  timeoutMs?: number;
  input?: string;
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
}

export interface Ran {
  code: number | string;
  /** Standard output. */
  out: string;
  /** Standard output and error, as they came. */
  all: string;
}

/** Runs a program to its end, whatever that is. */
export function attempt(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { timeoutMs = 60_000, input, cwd, environment = machineEnvironment() } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, all]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (data: Buffer) => {
      out.push(data);
      all.push(data);
    });
    child.stderr.on('data', (data: Buffer) => void all.push(data));
    const end = (code: number | string): void => {
      clearTimeout(late);
      resolve({ code, out: Buffer.concat(out).toString(), all: Buffer.concat(all).toString() });
    };
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      all.push(Buffer.from(`\nended after ${timeoutMs / 1000} s`));
    }, timeoutMs);
    child.once('error', (error) => {
      all.push(Buffer.from(error.message));
      end('unknown');
    });
    child.once('close', (code, signal) => end(signal ?? code ?? 'unknown'));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Runs a program that has to succeed. @returns its standard output @throws Error with the end of all it has said */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, out, all } = await attempt(program, args, options);
  if (code === 0) return out;
  throw new Error(`${program} ${args.slice(0, 4).join(' ')} ended with ${code}: ${all.trim().slice(-1_500)}`);
}
