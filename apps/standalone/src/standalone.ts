import { type EmbeddedPostgres, startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { applicationLog, createTransport, type Environment, loadServiceSettings, runServices } from '@newsmill/service';
import { DataFolder, type GeneratedKey } from './data-folder.js';
import { services } from './pipeline.js';
import { pipelineTopics } from './stages.js';
import { type SampleSite, startSampleSite } from './sample/sample-site.js';
import type { StandaloneSettings } from './standalone.config.js';

export interface StandaloneOptions {
  settings: StandaloneSettings;
  environment: Environment;
  /** How the services log. Default: plain words. */
  logStyle?: 'json' | 'plain';
  /** Gets a line of plain words for every step of the start. */
  tell(line: string): void;
}

export interface Standalone {
  url: string;
  /** The push key of the data folder, when the environment names no keys. */
  generatedKey?: GeneratedKey;
  sampleOrigin?: string;
  /** Stops the services, then the database. */
  close(): Promise<void>;
}

/**
 * All four services in one process, on an embedded PostgreSQL unless the environment names another one. What it takes
 * in survives restarts and kill -9.
 */
export async function startStandalone({
  settings,
  environment,
  tell,
  logStyle = 'plain',
}: StandaloneOptions): Promise<Standalone> {
  const folder = new DataFolder(settings.dataDir);
  await folder.create();
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const close of opened.splice(0).reverse()) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const database = isSet(environment, 'NEWSMILL_DATABASE_URL') ? undefined : await startDatabase(folder, tell);
    if (database) opened.push(() => database.stop());
    const sample = settings.sample ? await serveSample(folder, tell) : undefined;
    if (sample) opened.push(() => sample.close());
    const hasKeys = isSet(environment, 'NEWSMILL_API_KEY') || Boolean(environment.NEWSMILL_KEYS_FILE);
    const key = hasKeys ? undefined : await folder.apiKey();
    const adminKey = isSet(environment, 'NEWSMILL_ADMIN_KEY') ? undefined : await folder.adminKey();

    const complete = {
      ...environment,
      NEWSMILL_TRANSPORT: environment.NEWSMILL_TRANSPORT || 'postgres',
      ...(database && { NEWSMILL_DATABASE_URL: database.url }),
      ...(key && { NEWSMILL_API_KEY: key.key }),
      ...(adminKey && { NEWSMILL_ADMIN_KEY: adminKey.key }),
      ...(sample && {
        NEWSMILL_FEEDS: joined(environment.NEWSMILL_FEEDS, sample.feedUrl),
        NEWSMILL_OUTBOUND_ALLOW: joined(environment.NEWSMILL_OUTBOUND_ALLOW, `127.0.0.1:${sample.port}`),
      }),
    };
    const common = loadServiceSettings(complete);
    const transport = await createTransport(common, {
      clientId: 'newsmill-standalone',
      log: applicationLog(common.transport),
    });
    opened.push(() => transport.close());
    await transport.connect();
    await transport.applyTopics(pipelineTopics(common.topicPrefix));
    tell(`topics are on the ${common.transport} log; starting ${services.map(({ name }) => name).join(', ')}`);

    const running = await runServices(services, { environment: complete, transport, logStyle });
    opened.push(() => running.close());
    await folder.keepRunning({
      pid: process.pid,
      url: running.url,
      databaseUrl: common.databaseUrl!,
      transport: common.transport,
      topicPrefix: common.topicPrefix,
    });
    opened.push(() => folder.forgetRunning());
    return {
      url: running.url,
      ...(key && { generatedKey: key }),
      ...(sample && { sampleOrigin: sample.origin }),
      close: closeAll,
    };
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

/** Also when it comes from a file. */
function isSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name] ?? environment[`${name}_FILE`]);
}

async function startDatabase(folder: DataFolder, tell: (line: string) => void): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ dataDir: folder.database, log: tell });
  const how = {
    initialised: 'made a new PostgreSQL database',
    started: 'started PostgreSQL; what was stored is there',
    reused: 'found PostgreSQL still running after a kill; what was stored is there',
  };
  tell(`${how[database.state]} (${folder.database})`);
  return database;
}

/** On the port it had before, since its articles are known by that address; where that is taken, it is left out. */
async function serveSample(folder: DataFolder, tell: (line: string) => void): Promise<SampleSite | undefined> {
  const known = await folder.samplePort();
  try {
    const site = await startSampleSite(known ?? 0);
    if (known === undefined) await folder.keepSamplePort(site.port);
    return site;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    tell(`port ${known} of the sample site is taken by another program: the sample site is left out this time`);
    return undefined;
  }
}

function joined(list: string | undefined, item: string): string {
  return list ? `${list},${item}` : item;
}
