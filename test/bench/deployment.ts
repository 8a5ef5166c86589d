import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
import { SERVICES, startKafkaServices } from '../support/kafka-services.ts';
import { NewsmillClient } from '../support/newsmill-client.ts';
import { NewsmillProcess } from '../support/newsmill-process.ts';

const TOPIC_PREFIX = 'bench';
const KEY = 'a-key-for-the-benchmark';

export interface Deployment {
  client: NewsmillClient;
  /** Empty on postgres. */
  brokers: readonly string[];
  /** Where the broker keeps its topics; none on postgres. */
  logDir?: string;
  topicPrefix: string;
  databaseUrl: string;
  /** Process ids by the part whose CPU time they are. */
  parts: Map<string, number>;
  /** Ends newsmill, and leaves the broker and the database. */
  stopServices(): Promise<void>;
  stop(): Promise<void>;
}

/** Everything real and durable, in processes of its own, on loopback, in a temporary folder. */
export async function deploy(
  transport: 'postgres' | 'kafka',
  environment: Record<string, string> = {},
): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'newsmill-bench-'));
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  const clean = async (): Promise<void> => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const parts = new Map([
    ['load generator', process.pid],
    ['PostgreSQL', database.pid],
  ]);
  if (transport === 'postgres') {
    const standalone = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['up'], {
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_DATA_DIR: join(folder, 'data'),
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_API_KEY: KEY,
      NEWSMILL_PUSH_RATE: '0',
      NEWSMILL_PUSH_BURST: '0',
      NEWSMILL_SAMPLE: 'false',
      NEWSMILL_LOG_LEVEL: 'warn',
      ...environment,
    });
    const [, url] = await standalone.line(/^newsmill is up at (\S+)/);
    parts.set('newsmill', standalone.pid);
    return {
      client: new NewsmillClient(url!, KEY),
      brokers: [],
      topicPrefix: 'newsmill',
      databaseUrl: database.url,
      parts,
      stopServices: async () => {
        await standalone.end('SIGTERM');
      },
      stop: async () => {
        await standalone.end('SIGTERM');
        await clean();
      },
    };
  }
  const kafka = await startLocalKafka({ dataDir: join(folder, 'kafka') });
  const services = await startKafkaServices({
    brokers: kafka.brokers,
    databaseUrl: database.url,
    prefix: TOPIC_PREFIX,
    key: KEY,
    environment,
  });
  parts.set('Kafka', kafka.pids[0]!);
  for (const name of SERVICES) parts.set(name, services.processes[name].pid);
  return {
    client: services.client,
    brokers: kafka.brokers,
    logDir: join(folder, 'kafka', 'broker-1', 'data'),
    topicPrefix: TOPIC_PREFIX,
    databaseUrl: database.url,
    parts,
    stopServices: async () => {
      await services.stop();
    },
    stop: async () => {
      await services.stop();
      await kafka.stop();
      await clean();
    },
  };
}
