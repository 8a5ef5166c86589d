import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Site, type WebShape } from '../../support/stub-web/site.ts';
import type { LoggedRequest } from '../../support/stub-web/stub-web.ts';

const SERVE = fileURLToPath(new URL('../../support/stub-web/serve.ts', import.meta.url));

/** A stub web in a process of its own. Its log of requests is what judges the fetchers. */
export class StubWebProcess {
  readonly shape: WebShape;
  /** What has been read of the log, in the order in which requests ended. */
  readonly requests: LoggedRequest[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, shape: WebShape) {
    this.#child = child;
    this.shape = shape;
  }

  static async start(wanted: Omit<WebShape, 'port' | 'startAt'>): Promise<StubWebProcess> {
    const child = spawn(process.execPath, [SERVE, JSON.stringify(wanted)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { port, startAt } = JSON.parse(line) as Pick<WebShape, 'port' | 'startAt'>;
    return new StubWebProcess(child, { ...wanted, port, startAt });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  site(index: number): Site {
    return new Site(this.shape, index);
  }

  /** Reads on in the log. @returns {@link requests} */
  async readLog(): Promise<readonly LoggedRequest[]> {
    const text = await new Promise<string>((resolve, reject) => {
      const { port } = this.shape;
      const headers = { host: 'control.stub.test' };
      get({ port, host: '127.0.0.1', path: `/?from=${this.requests.length}`, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
        response.on('error', reject);
      }).on('error', reject);
    });
    for (const line of text.split('\n')) if (line !== '') this.requests.push(JSON.parse(line) as LoggedRequest);
    return this.requests;
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}
