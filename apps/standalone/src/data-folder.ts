import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where a running standalone can be reached; for commands on the same machine. */
export interface RunningStandalone {
  pid: number;
  url: string;
  databaseUrl: string;
  transport: string;
  topicPrefix: string;
}

export interface GeneratedKey {
  key: string;
  isNew: boolean;
}

/** The folder in which standalone keeps what must survive a restart. Files that hold secrets are readable by their owner alone. */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get database(): string {
    return join(this.path, 'postgres');
  }

  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true });
  }

  /** The key that pushes need, generated at the first start. */
  apiKey(): Promise<GeneratedKey> {
    return this.generatedKey('api-key');
  }

  /** The key of those who operate it, generated at the first start; the commands on this machine take it from here. */
  adminKey(): Promise<GeneratedKey> {
    return this.generatedKey('admin-key');
  }

  private async generatedKey(name: string): Promise<GeneratedKey> {
    const known = await this.read(name);
    if (known !== undefined) return { key: known.trim(), isNew: false };
    const key = `nm_${randomBytes(24).toString('base64url')}`;
    await this.write(name, `${key}\n`);
    return { key, isNew: true };
  }

  /** The port on which the sample site was served first: its articles are known under that address. */
  async samplePort(): Promise<number | undefined> {
    const known = await this.read('sample-port');
    return known === undefined ? undefined : Number(known);
  }

  async keepSamplePort(port: number): Promise<void> {
    await this.write('sample-port', `${port}\n`);
  }

  async running(): Promise<RunningStandalone | undefined> {
    const known = await this.read('running.json');
    if (known === undefined) return undefined;
    const running = JSON.parse(known) as RunningStandalone;
    return isAlive(running.pid) ? running : undefined;
  }

  async keepRunning(running: RunningStandalone): Promise<void> {
    await this.write('running.json', JSON.stringify(running));
  }

  async forgetRunning(): Promise<void> {
    await rm(join(this.path, 'running.json'), { force: true });
  }

  private async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Whole or not at all, whatever happens in between. */
  private async write(name: string, content: string): Promise<void> {
    const path = join(this.path, name);
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
