import { fileURLToPath } from 'node:url';
import type { Transport } from '@newsmill/stage';
import pg from 'pg';
import type { Inspected } from '../chaos/check.ts';
import { ServiceInstance } from '../chaos/service-instance.ts';
import { SERVICES } from './kafka-services.ts';
import { NewsmillProcess } from './newsmill-process.ts';

const HEAD = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = 'apps/standalone/bin/newsmill.js';
/** Generous: eight services start and work beside each other, perhaps on few cores. */
const READY_WITHIN_MS = 300_000;

export type ReleaseName = 'old' | 'new';

export interface SideBySideOptions {
  /** Folder of the old release's build, with a slash at its end; the new one is this checkout. */
  oldRoot: string;
  /** In the command line of every process, for whoever must find what is left over. */
  mark: string;
  prefix: string;
  databaseUrl: string;
  /** Settings of the services and of the commands. */
  environment: Record<string, string>;
  /** A connection to the log that the settings name; closed with the rest. */
  transport: Transport;
}

/** The four services of two releases on one log and one database, in the same consumer groups. */
export class SideBySide implements Inspected {
  readonly prefix: string;
  readonly #options: SideBySideOptions;
  readonly #services: Record<ReleaseName, ServiceInstance[]> = { old: [], new: [] };
  readonly #pool: pg.Pool;

  private constructor(options: SideBySideOptions) {
    this.prefix = options.prefix;
    this.#options = options;
    this.#pool = new pg.Pool({ connectionString: options.databaseUrl, max: 2, application_name: 'upgrade' });
    this.#pool.on('error', () => undefined);
  }

  static async make(options: SideBySideOptions): Promise<SideBySide> {
    const both = new SideBySide(options);
    for (const release of ['old', 'new'] as const) {
      for (const name of SERVICES) {
        const { mark, environment } = options;
        both.#services[release].push(
          await ServiceInstance.at(name, mark, { ...environment }, undefined, both.#root(release)),
        );
      }
      for (const instance of both.#services[release]) {
        instance.set('NEWSMILL_QUERY_URL', both.service(release, 'store').url);
      }
    }
    return both;
  }

  get instances(): readonly ServiceInstance[] {
    return [...this.#services.old, ...this.#services.new];
  }

  service(release: ReleaseName, name: (typeof SERVICES)[number]): ServiceInstance {
    return this.#services[release][SERVICES.indexOf(name)]!;
  }

  /** Doors for newsrooms that are open now. */
  get doors(): string[] {
    return this.instances.filter(({ name, isRunning }) => name === 'fetcher' && isRunning).map(({ url }) => url);
  }

  /** What a release asks operators to do before its services start, by its own command. */
  async prepare(release: ReleaseName): Promise<void> {
    await this.#command(release, 'topics', 'apply');
    await this.#command(release, 'migrate');
  }

  /** All four at once, as a rollout of the chart does. */
  async start(release: ReleaseName): Promise<void> {
    for (const instance of this.#services[release]) instance.launch();
    await Promise.all(this.#services[release].map((instance) => instance.ready(READY_WITHIN_MS)));
  }

  /** Waits until all that run are ready. */
  async ready(): Promise<void> {
    const running = this.instances.filter(({ isRunning }) => isRunning);
    await Promise.all(running.map((instance) => instance.ready(READY_WITHIN_MS)));
  }

  /** SIGTERM to all four. @returns their exit codes */
  async stop(release: ReleaseName): Promise<(number | string)[]> {
    return Promise.all(this.#services[release].map(async (instance) => (await instance.stop()).code));
  }

  /** Things that a service of a release has worked on in this life: pushes for the fetcher, events for the others. */
  async worked(release: ReleaseName, name: (typeof SERVICES)[number]): Promise<number> {
    const counter = name === 'fetcher' ? 'newsmill_received_total' : 'newsmill_stage_events_total';
    const lines = (await this.service(release, name).metrics()).split('\n');
    return lines
      .filter((line) => line.startsWith(`${counter}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  newsmill(...args: string[]): Promise<string> {
    return this.#command('new', ...args);
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, values)).rows;
  }

  log(): Promise<Transport> {
    return Promise.resolve(this.#options.transport);
  }

  /** Ends everything, in whatever state it is. */
  async close(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop(12_000)));
    await this.#options.transport.close().catch(() => undefined);
    await this.#pool.end().catch(() => undefined);
  }

  #root(release: ReleaseName): string {
    return release === 'old' ? this.#options.oldRoot : HEAD;
  }

  async #command(release: ReleaseName, ...args: string[]): Promise<string> {
    const command = new NewsmillProcess(`${this.#root(release)}${COMMAND}`, args, this.#options.environment);
    const code = await command.ended;
    const output = command.lines.join('\n');
    // `status` ends with 1 where the account does not close, which its output tells.
    if (code !== 0 && !(args[0] === 'status' && output.includes('{'))) {
      throw new Error(`newsmill ${args.join(' ')} of the ${release} release ended with ${code}:\n${output}`);
    }
    return output;
  }
}
