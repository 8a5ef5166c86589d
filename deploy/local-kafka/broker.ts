import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { javaProgram } from './local-kafka.config.ts';

const run = promisify(execFile);

const readyWithinMs = 90_000;
const stopWithinMs = 20_000;
const pollMs = 100;

/** Small and quick to start: a broker for a laptop, next to others. */
const jvmOptions = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];
const logOptions = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server=info',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
];
const startedLine = 'Kafka Server started';

/** One node of the cluster, broker and controller in one JVM, with a folder of its own. */
export class Broker {
  readonly nodeId: number;
  readonly #folder: string;
  readonly #classPath: string;
  readonly #onCrash: (reason: string) => void;
  #child: ChildProcess | undefined;
  #expectedToEnd = false;

  /**
   * @param folder holds `server.properties`, `kafka.log`, `pid` and the data.
   * @param onCrash told when the process ends without having been asked to.
   */
  constructor(nodeId: number, folder: string, classPath: string, onCrash: (reason: string) => void) {
    this.nodeId = nodeId;
    this.#folder = folder;
    this.#classPath = classPath;
    this.#onCrash = onCrash;
  }

  /** Process id; 0 while it does not run. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get #properties(): string {
    return join(this.#folder, 'server.properties');
  }

  /**
   * Writes the settings, and formats the storage the first time.
   *
   * @param formatOptions further ones of `StorageTool format`
   */
  async prepare(
    settings: Record<string, string | number | boolean>,
    clusterId: string,
    formatOptions: readonly string[] = [],
  ): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const data = join(this.#folder, 'data');
    const lines = Object.entries({ ...settings, 'log.dirs': data }).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(this.#properties, lines.join(''));
    if (existsSync(join(data, 'meta.properties'))) return;
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', this.#properties, ...formatOptions];
    await run(javaProgram(), [...jvmOptions, '-cp', this.#classPath, ...format]);
  }

  /** Starts the process and waits until it serves clients. */
  async start(): Promise<void> {
    const logPath = join(this.#folder, 'kafka.log');
    const logFile = await open(logPath, 'w+');
    try {
      // A session of its own: Ctrl-C in the terminal is for us, and we stop the brokers.
      const child = spawn(
        javaProgram(),
        [...jvmOptions, ...logOptions, '-cp', this.#classPath, 'kafka.Kafka', this.#properties],
        { cwd: this.#folder, detached: true, stdio: ['ignore', logFile.fd, logFile.fd] },
      );
      child.on('error', () => undefined);
      child.unref();
      this.#child = child;
      this.#expectedToEnd = true;
      await writeFile(join(this.#folder, 'pid'), `${child.pid ?? 0} ${process.pid}\n`);
      child.once('exit', (code, signal) => {
        if (this.#child === child) this.#child = undefined;
        if (!this.#expectedToEnd) this.#onCrash(`broker ${this.nodeId} ended (${signal ?? code}); see ${logPath}`);
      });
      await this.#ready(child, logPath);
      this.#expectedToEnd = false;
    } finally {
      await logFile.close();
    }
  }

  async #ready(child: ChildProcess, logPath: string): Promise<void> {
    const from = performance.now();
    for (;;) {
      const text = await readFile(logPath, 'utf8');
      if (text.includes(startedLine)) return;
      const ended = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
      if (ended || performance.now() - from > readyWithinMs) {
        await this.signal('SIGKILL');
        const what = ended ? 'ended while starting' : `was not ready within ${readyWithinMs / 1000} s`;
        throw new Error(`Kafka broker ${this.nodeId} ${what}. ${logPath} ends with:\n${text.slice(-3_000)}`);
      }
      await delay(pollMs);
    }
  }

  /** Sends a signal and waits for the end of the process. SIGTERM that is not obeyed is followed by SIGKILL. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    this.#expectedToEnd = true;
    const ended = once(child, 'exit');
    child.kill(signal);
    const forced = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await ended;
    clearTimeout(forced);
    await rm(join(this.#folder, 'pid'), { force: true });
  }

  /** Ends the broker of this folder whose parent was killed. One whose parent still lives is in use. */
  async endOrphan(): Promise<void> {
    const [pid = 0, owner = 0] = (await readFile(join(this.#folder, 'pid'), 'utf8').catch(() => ''))
      .trim()
      .split(' ')
      .map(Number);
    const isOurs = async (): Promise<boolean> => (await findProcess(pid))?.command.includes(this.#properties) ?? false;
    if (pid <= 0 || !(await isOurs())) return;
    if ((await findProcess(pid))?.parent === owner) {
      throw new Error(`${this.#folder} is in use: process ${owner} runs a broker on it (pid ${pid}). Stop that first.`);
    }
    process.kill(pid, 'SIGTERM');
    const from = performance.now();
    while (await isOurs()) {
      if (performance.now() - from > stopWithinMs) process.kill(pid, 'SIGKILL');
      await delay(pollMs);
    }
  }
}

/** Parent and command line of a living process. */
async function findProcess(pid: number): Promise<{ parent: number; command: string } | undefined> {
  try {
    if (process.platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The second field, the name in parentheses, may itself hold spaces: count from its end.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') return undefined;
      return {
        parent: Number(parent),
        command: (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' '),
      };
    }
    const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]);
    const [parent = '', ...command] = stdout.trim().split(/\s+/);
    return { parent: Number(parent), command: command.join(' ') };
  } catch {
    return undefined;
  }
}
