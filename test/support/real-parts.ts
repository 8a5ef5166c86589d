import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { localKafkaMissing } from '../../deploy/local-kafka/local-kafka.ts';
import { type KafkaPart, startOwnKafka } from './kafka-part.ts';
import { askForPart } from './parts-server.ts';
import { type PostgresPart, startOwnPostgres } from './postgres-part.ts';
import { isRequired, type PartName, partsServerUrl } from './real-parts.config.ts';

export { type LocalKafka, startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
export type { KafkaPart } from './kafka-part.ts';
export type { PostgresPart } from './postgres-part.ts';

/**
 * A real PostgreSQL server: the one of `NEWSMILL_TEST_DATABASE_URL`, else one in a container, else the embedded
 * one. Under Jest all test files share it, and it is ended after the last: use {@link freshDatabase}.
 */
export async function startPostgres(): Promise<PostgresPart> {
  const server = partsServerUrl();
  if (!server) return startOwnPostgres();
  const part = await askForPart(server, 'postgres');
  if ('error' in part) throw new Error(part.error);
  return { url: part.url ?? '', via: part.via, stop: async () => undefined };
}

/**
 * A real Kafka: the one of `NEWSMILL_TEST_KAFKA_BROKERS`, else one in a container, else one from its published jars.
 * Under Jest all test files share it, and it is ended after the last: use {@link topicPrefix}.
 */
export async function startKafka(): Promise<KafkaPart> {
  const server = partsServerUrl();
  if (!server) return startOwnKafka();
  const part = await askForPart(server, 'kafka');
  if ('error' in part) throw new Error(part.error);
  return { brokers: part.brokers ?? [], via: part.via, stop: async () => undefined };
}

/**
 * Why tests that need PostgreSQL must be skipped, or undefined when it runs. Says so on the console; throws when
 * `NEWSMILL_TEST_REQUIRE` names `postgres`.
 */
export async function postgresUnavailable(): Promise<string | undefined> {
  return whyUnavailable('postgres', startPostgres);
}

/**
 * Why tests that need Kafka must be skipped, or undefined when it runs. Says so on the console; throws when
 * `NEWSMILL_TEST_REQUIRE` names `kafka`. To be awaited at the top of a test file:
 *
 *     const describeKafka = (await kafkaUnavailable()) ? describe.skip : describe;
 */
export async function kafkaUnavailable(): Promise<string | undefined> {
  return whyUnavailable('kafka', startKafka);
}

/**
 * The same for tests that set up a Kafka of their own, since one that is shared or in a container has no place for its
 * certificates or settings.
 *
 * @param others what else it lacks
 */
export function ownKafkaUnavailable(...others: readonly (string | undefined)[]): string | undefined {
  const missing = [...others, localKafkaMissing()].find((reason) => reason !== undefined);
  if (missing === undefined) return undefined;
  if (isRequired('kafka')) throw new Error(`NEWSMILL_TEST_REQUIRE names kafka. One of the test's own needs ${missing}`);
  console.warn(`SKIPPED, a Kafka of the test's own needs ${missing}`);
  return missing;
}

let ownServer: Promise<PostgresPart> | undefined;

/** An empty database on the shared server: a test file's own world, made in a fraction of a second. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await (ownServer ??= startPostgres());
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(server.url, `CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => execute(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** A prefix for the topics and groups of one test file, used by no other. */
export function topicPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

async function whyUnavailable(
  name: PartName,
  start: () => Promise<{ stop(): Promise<void> }>,
): Promise<string | undefined> {
  try {
    const part = await start();
    await part.stop();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (isRequired(name)) throw new Error(`NEWSMILL_TEST_REQUIRE names ${name}. ${reason}`, { cause: error });
    console.warn(`SKIPPED, ${name} is not available. ${reason}`);
    return reason;
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
