import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { KafkaTransport } from '@newsmill/transport/kafka';
import pg from 'pg';
import { CertificateAuthority } from '../../test/support/certificates.ts';
import { holdFolder } from '../../test/support/held-folder.ts';
import { stores } from '../../test/support/secure-kafka.ts';
import { startSecurePostgres } from '../../test/support/secure-postgres.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
import { startLocalKafka } from '../local-kafka/local-kafka.ts';
import type { HostAddress } from './node.ts';

export const LOGIN = { name: 'news', database: 'news' };

/** A real Kafka and a real PostgreSQL of this machine, outside of the cluster, which reaches them over TLS with a login. */
export interface Parts {
  /** As pods know them. */
  broker: string;
  database: { host: string; port: number };
  /** Password of {@link LOGIN} at both: with characters that a URL would have to encode. */
  password: string;
  /** PEM of the authorities that sign their certificates. */
  authorities: { kafka: string; database: string };
  /** Settings of the `newsmill` command on this machine. */
  environment: Record<string, string>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  log(): Promise<KafkaTransport>;
  stop(): Promise<void>;
}

export async function startParts({ address, name }: HostAddress): Promise<Parts> {
  const password = `p@ss/w:rd?#%41-${randomBytes(12).toString('hex')}`;
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const authority = await CertificateAuthority.create('newsmill verify');
    stops.push(() => authority.remove());
    const names = [`${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`, 'DNS:localhost'];
    const folder = await holdFolder('verify-kafka');
    stops.push(() => folder.release());
    const kafka = await startLocalKafka({
      dataDir: folder.path,
      scramUsers: [{ mechanism: 'SCRAM-SHA-512', name: LOGIN.name, password }],
      listeners: {
        pods: {
          protocol: 'SASL_SSL',
          address,
          host: name,
          settings: {
            ...stores(await authority.issue({ name: 'kafka', names }), authority),
            'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
            'scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
          },
        },
      },
    });
    stops.push(() => kafka.stop());

    const postgres = await startSecurePostgres();
    stops.push(() => postgres.stop());
    await postgres.present(await postgres.authority.issue({ name: 'postgres', names }));
    const server = new URL(postgres.url({ sslmode: 'verify-full', sslrootcert: postgres.authority.cert }));
    await makeLogin(server.href, password);
    const proxy = await TcpProxy.start(address);
    stops.push(() => proxy.stop());
    proxy.leadTo(Number(server.port));

    const url = new URL(server);
    url.pathname = `/${LOGIN.database}`;
    const pool = new pg.Pool({ connectionString: url.href, max: 2, application_name: 'verify' });
    pool.on('error', () => undefined);
    stops.push(() => pool.end());
    let transport: KafkaTransport | undefined;
    stops.push(async () => transport?.close());
    return {
      broker: kafka.listeners['pods']!,
      database: { host: name, port: proxy.port },
      password,
      authorities: {
        kafka: await readFile(authority.cert, 'utf8'),
        database: await readFile(postgres.authority.cert, 'utf8'),
      },
      environment: { NEWSMILL_KAFKA_BROKERS: kafka.brokers.join(','), NEWSMILL_DATABASE_URL: url.href },
      query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
        (await pool.query<Row>(text, values)).rows,
      log: async () => {
        if (transport === undefined) {
          transport = new KafkaTransport({ brokers: kafka.brokers, clientId: 'verify' });
          await transport.connect();
        }
        return transport;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeLogin(url: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE ROLE ${LOGIN.name} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    await client.query(`CREATE DATABASE ${LOGIN.database} OWNER ${LOGIN.name}`);
  } finally {
    await client.end();
  }
}
