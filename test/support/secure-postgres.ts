import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { Client } from 'pg';
import { type Certificate, CertificateAuthority } from './certificates.ts';
import { holdFolder } from './held-folder.ts';
import { until } from './newsmill-client.ts';

/** A PostgreSQL that takes no connection without TLS. */
export interface SecurePostgres {
  /** Signs the server's certificates, and those that it takes from clients. */
  readonly authority: CertificateAuthority;
  /** The server's URL at `localhost`, with these parameters. */
  url(parameters?: Readonly<Record<string, string>>): string;
  /** Shows this certificate to whoever connects from now on. */
  present(certificate: Certificate): Promise<void>;
  /** Whether the user also has to show a certificate with its name. */
  wantCertificates(wanted: boolean): Promise<void>;
  /** Ends all connections but its own. */
  endConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an embedded PostgreSQL, and then has it take connections over TLS only. */
export async function startSecurePostgres(): Promise<SecurePostgres> {
  const authority = await CertificateAuthority.create();
  const folder = await holdFolder('secure-postgres');
  const server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
  const admin = new Client({ connectionString: server.url, ssl: false });
  admin.on('error', () => undefined);
  await admin.connect();
  const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
  const home = rows[0]!.data_directory;
  const owner = await stat(home);

  /** PostgreSQL reads keys only when they are its user's own. */
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(home, name);
    await writeFile(path, text, { mode: 0o600 });
    await chown(path, owner.uid, owner.gid);
  };
  const reloads = async (): Promise<number> =>
    (await readFile(join(folder.path, 'postgres.log'), 'utf8')).split('reloading configuration files').length;
  /** The server says so, reads the files, and then takes the next connection. */
  const reload = async (): Promise<void> => {
    const before = await reloads();
    await admin.query('SELECT pg_reload_conf()');
    await until('PostgreSQL reads its files anew', 10_000, async () => ((await reloads()) > before ? true : undefined));
  };
  const present = async ({ cert, key }: Certificate): Promise<void> => {
    await write('server.crt', await readFile(cert, 'utf8'));
    await write('server.key', await readFile(key, 'utf8'));
    await reload();
  };
  const wantCertificates = async (wanted: boolean): Promise<void> => {
    const option = wanted ? 'clientcert=verify-full' : '';
    await write('pg_hba.conf', `hostssl all all all scram-sha-256 ${option}\n`);
    await reload();
  };

  await write('root.crt', await readFile(authority.cert, 'utf8'));
  await admin.query(`ALTER SYSTEM SET ssl_ca_file = 'root.crt'`);
  await present(await authority.issue({ name: 'postgres', names: ['DNS:localhost'] }));
  await admin.query(`ALTER SYSTEM SET ssl = on`);
  await wantCertificates(false);
  return {
    authority,
    url: (parameters = {}) => {
      const url = new URL(server.url);
      url.hostname = 'localhost';
      url.search = new URLSearchParams(parameters).toString();
      return url.href;
    },
    present,
    wantCertificates,
    endConnections: async () => {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
    },
    stop: async () => {
      await admin.end();
      await server.stop();
      await folder.release();
      await authority.remove();
    },
  };
}
