/**
 * `npm run start:kafka`: the four services as processes of this machine, in the foreground, for development. They use
 * the Kafka that `npm run kafka` started, or the one of NEWSMILL_KAFKA_BROKERS; and the PostgreSQL of
 * NEWSMILL_DATABASE_URL, else an embedded one.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { type Environment, loadServiceSettings, processEnvironment, type ServiceSettings } from '@newsmill/service';
import { ServiceProcess } from './local-services/service-process.ts';

/** In the order in which an article passes them, and in which they stop; with their ports, counted from the first. */
const services = [
  { name: 'fetcher', port: 0 },
  { name: 'parser', port: 2 },
  { name: 'enricher', port: 3 },
  { name: 'store', port: 1 },
];
/** A service may finish its batch in hand, and then needs this many milliseconds more to close its connections. */
const closeWithinMs = 10_000;

const tell = (line: string): void => console.log(`newsmill | ${line}`);
const interrupted = Promise.withResolvers<undefined>();
const running: ServiceProcess[] = [];
let database: Promise<EmbeddedPostgres> | undefined;
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // Asked a second time: at once.
    if (stopping) running.forEach((service) => service.kill());
    interrupted.resolve(undefined);
  });
}

let stopWithinMs = closeWithinMs;
let failure: string | undefined;
try {
  const environment = processEnvironment();
  const settings = loadServiceSettings(environment);
  stopWithinMs += settings.shutdownMs;
  failure = await Promise.race([interrupted.promise, run(settings, environment)]);
} catch (error) {
  failure = error instanceof Error ? error.message : String(error);
}
if (failure !== undefined) tell(failure);
await stopAll();
process.exit(failure === undefined ? 0 : 1);

/** Starts everything. @returns what failed: the start, or later a service. */
async function run(settings: ServiceSettings, environment: Environment): Promise<string> {
  const first = settings.httpPort;
  if (first === 0 || first > 65_532) {
    return `NEWSMILL_HTTP_PORT is ${first}: the services listen there and on the three ports after it, so use 1 to 65532`;
  }
  const urlOf = (port: number): string => `http://localhost:${first + port}`;
  const queryUrl = environment.NEWSMILL_QUERY_URL || urlOf(1);
  const givenKey = environment.NEWSMILL_API_KEY || environment.NEWSMILL_API_KEY_FILE;
  const key = `nm_${randomBytes(24).toString('base64url')}`;
  const common = {
    ...environment,
    NO_COLOR: '1',
    NEWSMILL_TRANSPORT: 'kafka',
    NEWSMILL_KAFKA_BROKERS: settings.kafkaBrokers.join(','),
    NEWSMILL_DATABASE_URL: settings.databaseUrl ?? (await startDatabase(environment)),
    NEWSMILL_QUERY_URL: queryUrl,
    ...(!givenKey && { NEWSMILL_API_KEY: key }),
  };

  const topics = start('topics', 'apps/standalone/bin/newsmill.js', ['topics', 'apply'], common);
  const applied = await topics.ended;
  if (applied !== 0) {
    return `no topics on ${common.NEWSMILL_KAFKA_BROKERS} (${applied}): is Kafka there? "npm run kafka" starts one`;
  }
  const started = services.map(({ name, port }) => ({
    process: start(name, `apps/${name}/dist/main.js`, [], { ...common, NEWSMILL_HTTP_PORT: String(first + port) }),
    url: urlOf(port),
  }));
  void Promise.all(started.map(({ process, url }) => process.answers(`${url}/readyz`))).then(() => {
    if (stopping) return;
    tell(`push to ${urlOf(0)}/v1/articles with the key ${givenKey ? 'you have set' : key}`);
    tell(`read at ${queryUrl}/v1/articles; Ctrl-C stops all`);
  });
  return Promise.race(
    started.map(async ({ process }) => `${process.name} has ended (${await process.ended}); stopping the others`),
  );
}

async function startDatabase(environment: Environment): Promise<string> {
  const dataDir = join(environment.NEWSMILL_DATA_DIR || '.newsmill', 'postgres-kafka');
  database = startEmbeddedPostgres({ dataDir, log: tell });
  const { port, url } = await database;
  tell(`PostgreSQL runs on port ${port} (data in ${dataDir})`);
  return url;
}

function start(name: string, script: string, args: readonly string[], environment: Environment): ServiceProcess {
  if (stopping) throw new Error(`${name} is not started any more`);
  const service = new ServiceProcess(name, script, args, environment);
  running.push(service);
  return service;
}

async function stopAll(): Promise<void> {
  stopping = true;
  tell('stopping');
  for (const service of running) await service.stop(stopWithinMs);
  // One that failed to start has been told, and left nothing behind.
  await database?.then(
    (server) => server.stop(),
    () => undefined,
  );
  tell('stopped');
}
