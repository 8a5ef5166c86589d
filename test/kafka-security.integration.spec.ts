import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parser } from '@newsmill/parser';
import { createTransport, type Environment, loadServiceSettings, runServices } from '@newsmill/service';
import type { Consumer, LogRecord, NewRecord, Transport } from '@newsmill/stage';
import { CertificateAuthority, type Certificate, opensslMissing } from './support/certificates.ts';
import { startKafkaServices } from './support/kafka-services.ts';
import { until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { ownKafkaUnavailable, topicPrefix } from './support/real-parts.ts';
import { type SecureKafka, startSecureKafka, USER } from './support/secure-kafka.ts';
import { type SecurePostgres, startSecurePostgres } from './support/secure-postgres.ts';
import { articlePage } from './support/test-site.ts';

// A broker in a container has no place for our certificates.
const missing = ownKafkaUnavailable(opensslMissing());
const describeKafka = missing === undefined ? describe : describe.skip;

describeKafka('Kafka over TLS and SASL', () => {
  let kafka: SecureKafka;
  let stranger: CertificateAuthority;
  let own: Certificate;
  let foreign: Certificate;
  let folder: string;
  let told: string[];
  const open: Transport[] = [];

  beforeAll(async () => {
    kafka = await startSecureKafka();
    stranger = await CertificateAuthority.create('somebody else');
    own = await kafka.authority.issue({ name: 'newsmill' });
    foreign = await stranger.issue({ name: 'newsmill' });
    folder = await mkdtemp(join(tmpdir(), 'newsmill-kafka-security-'));
  }, 180_000);

  afterEach(async () => {
    await Promise.all(open.splice(0).map((transport) => transport.close()));
  });

  afterAll(async () => {
    await kafka?.stop();
    await stranger?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const scram = (changed: Environment = {}): Environment => ({
    NEWSMILL_KAFKA_BROKERS: kafka.at.scram,
    NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
    NEWSMILL_KAFKA_SASL_USERNAME: USER.name,
    NEWSMILL_KAFKA_SASL_PASSWORD: USER.password,
    NEWSMILL_KAFKA_CA_FILE: kafka.authority.cert,
    ...changed,
  });
  const tls = (changed: Environment = {}): Environment => ({
    NEWSMILL_KAFKA_BROKERS: kafka.at.mutual,
    NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'SSL',
    NEWSMILL_KAFKA_CA_FILE: kafka.authority.cert,
    ...changed,
  });
  const mutual = ({ cert, key }: Pick<Certificate, 'cert' | 'key'>): Environment =>
    tls({ NEWSMILL_KAFKA_CERT_FILE: cert, NEWSMILL_KAFKA_KEY_FILE: key });

  /** The transport as a service makes it of its environment; what it logs goes to `told`. */
  async function transportOf(environment: Environment): Promise<Transport> {
    told = [];
    const transport = await createTransport(loadServiceSettings(environment), {
      clientId: 'security',
      log: (level, message) => told.push(`${level} ${message}`),
    });
    open.push(transport);
    return transport;
  }

  async function topicOn(transport: Transport): Promise<string> {
    const address = `${topicPrefix()}.topic.v1`;
    const spec = { address, partitions: 1, cleanup: 'delete', retentionMs: 86_400_000, maxBytes: 1_000_000 } as const;
    await transport.applyTopics([spec]);
    return address;
  }

  const record = (topic: string, value: string): NewRecord => ({
    topic,
    key: Buffer.from('key'),
    value: Buffer.from(value),
    headers: {},
  });

  /** A member that copies what it reads, in transactions. */
  const copy = (transport: Transport, topic: string, output: string): Promise<Consumer> =>
    transport.subscribe({
      topic,
      group: `${topic}.copy`,
      batchSize: 10,
      batchBytes: 1_000_000,
      onBatch: async ({ records }) => ({ publish: records.map(({ value }) => record(output, String(value))) }),
    });

  async function valuesOf(transport: Transport, topic: string): Promise<string[]> {
    const records: LogRecord[] = [];
    for await (const found of transport.read(topic, 'earliest')) records.push(found);
    return records.map(({ value }) => String(value));
  }

  describe.each<[string, () => Environment]>([
    ['SASL_SSL with SCRAM-SHA-512', () => scram()],
    ['SASL_SSL with PLAIN', () => scram({ NEWSMILL_KAFKA_SASL_MECHANISM: 'PLAIN' })],
    ['mutual TLS', () => mutual(own)],
    [
      'SASL_PLAINTEXT with SCRAM-SHA-256',
      () =>
        scram({
          NEWSMILL_KAFKA_BROKERS: kafka.at.clear,
          NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
          NEWSMILL_KAFKA_SASL_MECHANISM: 'scram-sha-256',
          NEWSMILL_KAFKA_CA_FILE: '',
        }),
    ],
  ])('%s', (_, environment) => {
    it('makes topics, publishes, consumes in transactions, tells lag and moves groups', async () => {
      const transport = await transportOf(environment());
      await transport.connect();
      const [topic, output] = [await topicOn(transport), await topicOn(transport)];
      expect(await transport.listTopics()).toEqual(expect.arrayContaining([topic, output]));
      await transport.publish(['a', 'b', 'c'].map((value) => record(topic, value)));
      expect(await transport.lag(topic, `${topic}.copy`)).toMatchObject([{ lag: 3n }]);

      const consumer = await copy(transport, topic, output);
      await until('all is copied', 30_000, async () =>
        (await transport.lag(topic, `${topic}.copy`))[0]?.lag === 0n ? true : undefined,
      );
      expect(await valuesOf(transport, output)).toEqual(['a', 'b', 'c']);
      await consumer.stop();
      await transport.seek(topic, `${topic}.copy`, 'earliest');
      expect(await transport.lag(topic, `${topic}.copy`)).toMatchObject([{ lag: 3n }]);
    }, 90_000);
  });

  describe('is refused, in words that name the setting, with', () => {
    it.each<[string, () => Environment, RegExp]>([
      [
        'a wrong password',
        () => scram({ NEWSMILL_KAFKA_SASL_PASSWORD: 'guess' }),
        /invalid credentials.*NEWSMILL_KAFKA_SASL_USERNAME \("newsmill"\), NEWSMILL_KAFKA_SASL_PASSWORD/,
      ],
      [
        'a wrong password for PLAIN',
        () => scram({ NEWSMILL_KAFKA_SASL_PASSWORD: 'guess', NEWSMILL_KAFKA_SASL_MECHANISM: 'plain' }),
        /Invalid username or password.*NEWSMILL_KAFKA_SASL_PASSWORD/,
      ],
      [
        'a mechanism that the broker does not have',
        () => scram({ NEWSMILL_KAFKA_SASL_MECHANISM: 'scram-sha-256' }),
        /NEWSMILL_KAFKA_SASL_MECHANISM is scram-sha-256: set one that the broker offers/,
      ],
      [
        'an unknown authority',
        () => scram({ NEWSMILL_KAFKA_CA_FILE: stranger.cert }),
        /Set NEWSMILL_KAFKA_CA_FILE \(now .*ca\.pem\) to the authority/,
      ],
      [
        'no authority but those of Node.js',
        () => tls({ NEWSMILL_KAFKA_CA_FILE: '' }),
        /NEWSMILL_KAFKA_CA_FILE \(now not set\)/,
      ],
      [
        "another host's certificate",
        () => tls({ NEWSMILL_KAFKA_BROKERS: kafka.at.misnamed }),
        /Host: localhost\. is not in the cert's altnames: DNS:kafka\.example.*NEWSMILL_KAFKA_BROKERS/,
      ],
      [
        'a certificate that is out of date',
        () => tls({ NEWSMILL_KAFKA_BROKERS: kafka.at.expired }),
        /certificate has expired\. The broker's certificate is out of date/,
      ],
      [
        'no certificate of our own',
        () => tls(),
        /wants a certificate: set NEWSMILL_KAFKA_CERT_FILE and NEWSMILL_KAFKA_KEY_FILE/,
      ],
      ["a stranger's certificate", () => mutual(foreign), /does not take the certificate of NEWSMILL_KAFKA_CERT_FILE/],
      [
        'SASL where there is none',
        () =>
          scram({
            NEWSMILL_KAFKA_BROKERS: kafka.at.plain,
            NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
            NEWSMILL_KAFKA_CA_FILE: '',
          }),
        /NEWSMILL_KAFKA_SECURITY_PROTOCOL is sasl_plaintext: the broker has no SASL/,
      ],
      [
        'no TLS on the port for TLS',
        () => ({ NEWSMILL_KAFKA_BROKERS: kafka.at.mutual }),
        /NEWSMILL_KAFKA_SECURITY_PROTOCOL is plaintext/,
      ],
      [
        'no SASL on the port for SASL',
        () => tls({ NEWSMILL_KAFKA_BROKERS: kafka.at.scram }),
        /NEWSMILL_KAFKA_SECURITY_PROTOCOL is ssl/,
      ],
      [
        'TLS on the port without it',
        () => tls({ NEWSMILL_KAFKA_BROKERS: kafka.at.plain }),
        /NEWSMILL_KAFKA_SECURITY_PROTOCOL is ssl/,
      ],
    ])(
      '%s',
      async (_, environment, words) => {
        const transport = await transportOf(environment());
        const failure = await transport.connect().then(
          () => undefined,
          (error: unknown) => error as Error,
        );
        expect(failure?.name).toBe('LogUnavailable');
        expect(failure?.message).toMatch(words);
        expect(`${failure?.message}${told.join('')}`).not.toMatch(/guess|scram-secret|PRIVATE KEY/);
      },
      30_000,
    );

    it('a wrong password: a publish and a look at the lag try a few times, not again and again', async () => {
      const transport = await transportOf(scram({ NEWSMILL_KAFKA_SASL_PASSWORD: 'guess' }));
      const asked = [transport.publish([record('topic', 'value')]), transport.lag('topic', 'group'), transport.ping()];
      const answers = await Promise.allSettled(asked);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
      const refusals = told.filter((line) => line.includes('authentication failed'));
      // Each question opens the connections of an administrator and of a reader, and one more when the first were lost.
      expect(refusals.length).toBeGreaterThan(0);
      expect(refusals.length).toBeLessThanOrEqual(4 * asked.length);
    }, 30_000);
  });

  it('the command says so in one line, also where NODE_TLS_REJECT_UNAUTHORIZED would have it look away', async () => {
    const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['topics', 'list'], {
      ...(scram({ NEWSMILL_KAFKA_CA_FILE: stranger.cert }) as Record<string, string>),
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_NO_WARNINGS: '1',
    });
    expect(await command.ended).toBe(1);
    expect(command.lines).toEqual([
      expect.stringMatching(/^newsmill: The log is unavailable .*Set NEWSMILL_KAFKA_CA_FILE/),
    ]);
  }, 60_000);

  it('tells in the readiness of a service why it cannot join, and goes on when what was wrong is put right', async () => {
    const ca = join(folder, 'service-ca.pem');
    await copyFile(stranger.cert, ca);
    const prefix = topicPrefix();
    const environment = scram({ NEWSMILL_KAFKA_CA_FILE: ca, NEWSMILL_TOPIC_PREFIX: prefix });
    const running = await runServices([parser], {
      environment: { ...environment, NEWSMILL_HTTP_PORT: '0', NEWSMILL_LOG_LEVEL: 'silent' },
    });
    try {
      const readiness = async () => {
        const response = await fetch(`${running.url}/readyz`);
        return { status: response.status, text: await response.text() };
      };
      const reason = /Set NEWSMILL_KAFKA_CA_FILE \(now [^)]*service-ca\.pem\)/;
      const refused = await until('the stage knows why', 30_000, async () => {
        const { status, text } = await readiness();
        const { error } = JSON.parse(text) as { error: Record<string, { reason?: string; message?: string }> };
        return error['stage parse']?.reason === undefined ? undefined : { status, error };
      });
      expect(refused.status).toBe(503);
      expect(refused.error['log']?.message).toMatch(reason);
      expect(refused.error['stage parse']?.reason).toMatch(reason);

      const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['topics', 'apply'], {
        ...(scram() as Record<string, string>),
        NEWSMILL_TOPIC_PREFIX: prefix,
      });
      expect([await command.ended, command.lines.join('\n')]).toEqual([0, expect.stringContaining('created')]);
      await copyFile(kafka.authority.cert, ca);
      await until('it is ready', 60_000, async () => ((await readiness()).status === 200 ? true : undefined));
    } finally {
      await running.close();
    }
  }, 180_000);

  it('reads certificates anew: a member that the broker refuses says so, and goes on with a new certificate', async () => {
    const rotating = { cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
    const show = async ({ cert, key }: Certificate): Promise<void> => {
      await copyFile(key, rotating.key);
      await copyFile(cert, rotating.cert);
    };
    await show(own);
    const transport = await transportOf(mutual(rotating));
    await transport.connect();
    const [topic, output] = [await topicOn(transport), await topicOn(transport)];
    const consumer = await copy(transport, topic, output);
    await until('it has joined', 30_000, async () => (consumer.state === 'running' ? true : undefined));

    await show(foreign);
    await kafka.restart(0);
    const refusal = await until('it is refused', 60_000, async () =>
      told.find((line) => line.startsWith('warn joining anew') && line.includes('NEWSMILL_KAFKA_CERT_FILE')),
    );
    expect(refusal).toMatch(/does not take the certificate of NEWSMILL_KAFKA_CERT_FILE \(.*client\.pem\)/);
    expect(consumer.state).toBe('joining');

    await show(own);
    await until('it has joined again', 90_000, async () => (consumer.state === 'running' ? true : undefined));
    await transport.publish([record(topic, 'after')]);
    await until('it copies', 30_000, async () => ((await valuesOf(transport, output)).length > 0 ? true : undefined));
  }, 240_000);

  describe('with PostgreSQL over TLS', () => {
    let postgres: SecurePostgres;
    beforeAll(async () => {
      postgres = await startSecurePostgres();
    }, 60_000);
    afterAll(() => postgres?.stop());

    it('carries an article through all four services, and the command sees that the account closes', async () => {
      const databaseUrl = postgres.url({ sslmode: 'verify-full', sslrootcert: postgres.authority.cert });
      const environment = scram() as Record<string, string>;
      const prefix = topicPrefix();
      const services = await startKafkaServices({
        brokers: [kafka.at.scram],
        databaseUrl,
        prefix,
        key: 'secure-test-key-of-sufficient-length',
        environment,
      });
      try {
        const { client } = services;
        const pushed = await client.push({ url: 'https://courier.example/1', html: articlePage(1) });
        expect(pushed.status).toBe(202);
        expect((await client.settled(pushed.receiptId!)).state).toBe('stored');
        const common = { ...environment, NEWSMILL_TOPIC_PREFIX: prefix, NEWSMILL_DATABASE_URL: databaseUrl };
        for (const [args, words] of [
          [['status'], 'database  closes'],
          [['trace', pushed.receiptId!], 'stored'],
          [['dead-letters', 'list'], ''],
          [['store-hash'], ''],
        ] as const) {
          const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, common);
          expect([args, await command.ended, command.lines.join('\n')]).toEqual([
            args,
            0,
            expect.stringContaining(words),
          ]);
        }
        const lines = Object.values(services.processes).flatMap((process) => process.lines);
        expect(lines.join('\n')).not.toMatch(/scram-secret|clear text/);
      } finally {
        expect(await services.stop()).toEqual([0, 0, 0, 0]);
      }
    }, 300_000);
  });
});
