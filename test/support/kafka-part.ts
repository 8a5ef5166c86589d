import { createServer } from 'node:net';
import { localKafkaMissing, startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
import { containerHost } from './container-runtime.ts';
import { firstThatStarts } from './first-that-starts.ts';
import { holdFolder } from './held-folder.ts';
import { givenKafkaBrokers, kafkaImage } from './real-parts.config.ts';

/** A Kafka cluster for tests. */
export interface KafkaPart {
  /** `host:port` */
  readonly brokers: string[];
  /** How it came to be: `given`, `testcontainers` or `jars`. */
  readonly via: string;
  /** Ends what was started here. */
  stop(): Promise<void>;
}

/** Starts Kafka in this process's care, whatever a parts server may offer. */
export async function startOwnKafka(): Promise<KafkaPart> {
  const brokers = givenKafkaBrokers();
  if (brokers) return { brokers, via: 'given', stop: async () => undefined };
  return firstThatStarts('Kafka', [inContainer, fromJars]);
}

/** The port that the containers' clients connect to; the container's port 29092 is for the broker itself. */
const clientPort = 9092;

/** Runs the image's own start script, wherever it keeps it: Apache's images, Confluent's, and ones made alike. */
const startScript =
  'for run in /etc/kafka/docker/run /etc/confluent/docker/run; do [ -x "$run" ] && exec "$run"; done; ' +
  'echo "this image has neither /etc/kafka/docker/run nor /etc/confluent/docker/run" >&2; exit 127';

async function inContainer(): Promise<KafkaPart | string> {
  const host = await containerHost();
  if (!host) return 'no container runtime answers';
  const { GenericContainer, Wait } = await import('testcontainers');
  // The broker tells clients its address when it starts, so the port on the host is chosen before.
  const port = await freePort();
  const container = await new GenericContainer(kafkaImage())
    .withExposedPorts({ container: clientPort, host: port })
    .withEnvironment({
      CLUSTER_ID: '4L6g3nShT-eMCtK--X86sw',
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:29093',
      KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${clientPort},BROKER://localhost:29092,CONTROLLER://localhost:29093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port},BROKER://localhost:29092`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '10',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '10',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_LOG_DIRS: '/tmp/kafka-logs',
    })
    .withEntrypoint(['sh', '-c', startScript])
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(180_000)
    .start();
  return {
    brokers: [`${host}:${port}`],
    via: 'testcontainers',
    stop: async () => {
      await container.stop();
    },
  };
}

async function fromJars(): Promise<KafkaPart | string> {
  const missing = localKafkaMissing();
  if (missing) return `a local Kafka needs ${missing}`;
  const folder = await holdFolder('kafka');
  try {
    const kafka = await startLocalKafka({ dataDir: folder.path, log: (line) => console.warn(line) });
    return {
      brokers: kafka.brokers,
      via: 'jars',
      stop: async () => {
        await kafka.stop();
        await folder.release();
      },
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
