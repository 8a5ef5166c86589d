import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { articleEnriched, deadLetterAddress } from '@newsmill/contracts';
import { encodeEvent, type Transport } from '@newsmill/stage';
import {
  createTransport,
  databaseCheck,
  loadServiceSettings,
  migrate,
  openDataSource,
  runServices,
} from '@newsmill/service';
import { pipelineTopics } from '@newsmill/standalone';
import { store, storeDatabase } from '@newsmill/store';
import { MemoryTransport, PostgresTransport } from '@newsmill/transport';
import { articleVersion } from './support/article-version.ts';
import { type Certificate, CertificateAuthority, opensslMissing } from './support/certificates.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { isRequired } from './support/real-parts.config.ts';
import { topicPrefix } from './support/real-parts.ts';
import { type SecurePostgres, startSecurePostgres } from './support/secure-postgres.ts';

const missing = opensslMissing();
if (missing && isRequired('postgres')) throw new Error(`NEWSMILL_TEST_REQUIRE names postgres, which needs ${missing}`);
if (missing) console.warn(`SKIPPED, PostgreSQL over TLS needs ${missing}`);

(missing ? describe.skip : describe)('PostgreSQL over TLS', () => {
  let postgres: SecurePostgres;
  let stranger: CertificateAuthority;
  let good: Certificate;
  let ca: string;
  let folder: string;
  const open: Transport[] = [];

  beforeAll(async () => {
    postgres = await startSecurePostgres();
    stranger = await CertificateAuthority.create('somebody else');
    good = await postgres.authority.issue({ name: 'postgres', names: ['DNS:localhost'] });
    ca = postgres.authority.cert;
    folder = await mkdtemp(join(tmpdir(), 'newsmill-postgres-security-'));
  }, 120_000);

  afterEach(async () => {
    await Promise.all(open.splice(0).map((transport) => transport.close()));
    await postgres.present(good);
    await postgres.wantCertificates(false);
  });

  afterAll(async () => {
    await postgres?.stop();
    await stranger?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const full = (changed: Record<string, string> = {}): string =>
    postgres.url({ sslmode: 'verify-full', sslrootcert: ca, ...changed });
  const withPassword = (url: string, password: string): string => Object.assign(new URL(url), { password }).href;
  const transportTo = async (url: string): Promise<Transport> => {
    const transport = await createTransport(settingsFor(url), { clientId: 'security', log: () => undefined });
    open.push(transport);
    return transport;
  };
  const settingsFor = (url: string) =>
    loadServiceSettings({ NEWSMILL_DATABASE_URL: url, NEWSMILL_TRANSPORT: 'postgres' });

  /** Everything that connects: the log's pool and its listening connection, migrations, data sources. */
  const ways: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
    'the log': async (url) => {
      const transport = await transportTo(url);
      await transport.connect();
      await transport.ping();
    },
    migrations: (url) => migrate(storeDatabase, settingsFor(url)),
    'a data source': async (url) => {
      const source = await openDataSource(storeDatabase, { ...settingsFor(url), migrate: false });
      try {
        await databaseCheck(source, settingsFor(url))();
      } finally {
        await source.destroy();
      }
    },
  };

  /** What `newsmill migrate` ends with and says. */
  async function migrateByCommand(url: string): Promise<[number | string, string[]]> {
    const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', ['migrate'], {
      NEWSMILL_DATABASE_URL: url,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_NO_WARNINGS: '1',
    });
    return [await command.ended, command.lines];
  }

  it.each(Object.keys(ways))(
    '%s connects over TLS, and the server sees it',
    async (way) => {
      await ways[way]!(full());
      await ways[way]!(full({ sslnegotiation: 'direct' }));
    },
    60_000,
  );

  it('no connection of the log, of a data source or of a migration is without TLS', async () => {
    const transport = await transportTo(full());
    await transport.connect();
    const source = await openDataSource(storeDatabase, settingsFor(full()));
    try {
      const rows: { application_name: string; ssl: boolean }[] = await source.query(
        `SELECT DISTINCT application_name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
         WHERE application_name LIKE 'newsmill%' ORDER BY 1`,
      );
      expect(rows).toEqual([
        { application_name: 'newsmill log', ssl: true },
        { application_name: 'newsmill-store', ssl: true },
      ]);
    } finally {
      await source.destroy();
    }
  }, 60_000);

  it('the listening connection of the log brings news over TLS', async () => {
    const topic = `${topicPrefix()}.topic.v1`;
    const [writer, reader] = [await transportTo(full()), new PostgresTransport({ url: full(), pollMs: 600_000 })];
    open.push(reader);
    await Promise.all([writer.connect(), reader.connect()]);
    const spec = {
      address: topic,
      partitions: 1,
      cleanup: 'delete',
      retentionMs: 86_400_000,
      maxBytes: 1_000_000,
    } as const;
    await writer.applyTopics([spec]);
    const seen: string[] = [];
    const consumer = await reader.subscribe({
      topic,
      group: `${topic}.group`,
      batchSize: 10,
      batchBytes: 1_000_000,
      onBatch: async ({ records }) => {
        seen.push(...records.map(({ value }) => String(value)));
        return { publish: [] };
      },
    });
    await until('it has joined', 10_000, async () => (consumer.state === 'running' ? true : undefined));
    await writer.publish([{ topic, key: Buffer.from('k'), value: Buffer.from('news'), headers: {} }]);
    // It does not look by itself for ten minutes.
    await until('it is told', 20_000, async () => (seen.length > 0 ? true : undefined));
    expect(seen).toEqual(['news']);
    await until('it is counted', 20_000, async () =>
      (await writer.lag(topic, `${topic}.group`))[0]?.lag === 0n ? true : undefined,
    );
  }, 90_000);

  it('a user who has to show a certificate does', async () => {
    await postgres.wantCertificates(true);
    const { username } = new URL(postgres.url());
    const { cert, key } = await postgres.authority.issue({ name: username });
    await ways['the log']!(full({ sslcert: cert, sslkey: key }));
    const foreign = await stranger.issue({ name: username });
    for (const files of [{}, { sslcert: foreign.cert, sslkey: foreign.key }]) {
      await expect(ways['a data source']!(full(files))).rejects.toThrow(/Check sslcert and sslkey/);
    }
  }, 60_000);

  describe.each(Object.keys(ways))('%s is refused, in words that name the setting, with', (way) => {
    it.each<[string, () => Promise<string> | string, RegExp]>([
      [
        'a wrong password',
        () => withPassword(full(), 'guess'),
        /password authentication failed.*NEWSMILL_DATABASE_URL/,
      ],
      [
        'an unknown authority',
        () => full({ sslrootcert: stranger.cert }),
        /certificate.*Set sslrootcert in NEWSMILL_DATABASE_URL/,
      ],
      [
        'no authority but those of Node.js, and sslmode=require',
        () => postgres.url({ sslmode: 'require' }),
        /Set sslrootcert/,
      ],
      [
        'no TLS',
        () => postgres.url(),
        /no encryption.*set sslmode=verify-full and sslrootcert in NEWSMILL_DATABASE_URL/,
      ],
      [
        "another host's certificate",
        async () => {
          await postgres.present(await postgres.authority.issue({ name: 'postgres', names: ['DNS:db.example'] }));
          return full();
        },
        /is not in the cert's altnames: DNS:db\.example\. Use the name in the certificate/,
      ],
      [
        "another host's certificate, and sslmode=verify-ca",
        async () => {
          await postgres.present(await postgres.authority.issue({ name: 'postgres', names: ['DNS:db.example'] }));
          return full({ sslmode: 'verify-ca' });
        },
        /is not in the cert's altnames/,
      ],
      [
        'a certificate that is out of date',
        async () => {
          const names = ['DNS:localhost'];
          await postgres.present(await postgres.authority.issue({ name: 'postgres', names, expired: true }));
          return full();
        },
        /certificate has expired\. The server's certificate is out of date/,
      ],
    ])(
      '%s',
      async (_, url, words) => {
        const failure = await ways[way]!(await url()).then(
          () => undefined,
          (error: unknown) => error as Error,
        );
        expect(failure?.message).toMatch(words);
        expect(failure?.message).not.toMatch(/guess|\n.* at /);
      },
      60_000,
    );
  });

  it('the command connects, and else says in one line why not, also where NODE_TLS_REJECT_UNAUTHORIZED looks away', async () => {
    expect(await migrateByCommand(full())).toEqual([0, expect.arrayContaining([expect.stringMatching(/^store: /)])]);
    expect(await migrateByCommand(postgres.url({ sslmode: 'no-verify' }))).toEqual([
      0,
      expect.arrayContaining([
        expect.stringMatching(/^newsmill: nothing proves that PostgreSQL at .* is the right one/),
      ]),
    ]);
    expect(await migrateByCommand(full({ sslrootcert: stranger.cert }))).toEqual([
      1,
      [expect.stringMatching(/^newsmill: PostgreSQL at .*certificate.*Set sslrootcert in NEWSMILL_DATABASE_URL/)],
    ]);
  }, 60_000);

  it('a service says in its readiness that the server is another one now, puts nothing with the dead letters, and goes on', async () => {
    const root = join(folder, 'root.pem');
    await copyFile(ca, root);
    const transport = new MemoryTransport();
    await transport.connect();
    await transport.applyTopics(pipelineTopics('newsmill'));
    const running = await runServices([store], {
      transport,
      environment: {
        NEWSMILL_DATABASE_URL: full({ sslrootcert: root }),
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_LOG_LEVEL: 'silent',
      },
    });
    const readiness = async () => {
      const response = await fetch(`${running.url}/readyz`);
      return {
        status: response.status,
        body: (await response.json()) as { error: Record<string, { message?: string }> },
      };
    };
    try {
      await until('it is ready', 30_000, async () => ((await readiness()).status === 200 ? true : undefined));
      await postgres.present(await stranger.issue({ name: 'postgres', names: ['DNS:localhost'] }));
      await postgres.endConnections();
      const envelope = { id: 'v-1', source: '/test', time: Date.now() };
      await transport.publish([encodeEvent('newsmill', articleEnriched, articleVersion(1), envelope)]);
      const reason = await until('it says why it is not ready', 30_000, async () => {
        const { status, body } = await readiness();
        const message = body.error['store database']?.message;
        return status === 503 && message?.includes('certificate') ? message : undefined;
      });
      expect(reason).toMatch(/PostgreSQL at localhost.*Set sslrootcert in NEWSMILL_DATABASE_URL/);
      // The new authority is put in its place; the process is not started anew.
      await copyFile(stranger.cert, root);
      await until('it is ready again', 30_000, async () => ((await readiness()).status === 200 ? true : undefined));
      const client = new NewsmillClient(running.url, '');
      await until('the article is stored', 30_000, async () =>
        (await client.allArticles()).length === 1 ? true : undefined,
      );
      for await (const letter of transport.read(deadLetterAddress('newsmill', 'store'), 'earliest')) {
        throw new Error(String(letter.headers.dead_error_message));
      }
    } finally {
      await running.close();
    }
  }, 120_000);

  it('a service that the server refuses at its start ends at once, with a last line that says why', async () => {
    const service = new NewsmillProcess('apps/store/dist/main.js', [], {
      NEWSMILL_DATABASE_URL: withPassword(full(), 'guess'),
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_KAFKA_BROKERS: '127.0.0.1:1',
    });
    expect(await service.ended).toBe(1);
    expect(service.lines.at(-1)).toMatch(
      /^store: cannot start: PostgreSQL at .*: password authentication failed.*NEWSMILL_DATABASE_URL/,
    );
    expect(service.lines.join('\n')).not.toMatch(/guess|Retrying/);
  }, 60_000);
});
