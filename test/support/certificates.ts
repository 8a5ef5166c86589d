import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files of a certificate and its key, in PEM. */
export interface Certificate {
  /** The certificate. */
  readonly cert: string;
  /** The key, PKCS#8, not encrypted. */
  readonly key: string;
  /** Key and certificate in one file, as Kafka's PEM key stores want them. */
  readonly both: string;
}

export interface LeafOptions {
  /** Common name of the subject. */
  name: string;
  /** `DNS:localhost`, `IP:127.0.0.1`, … */
  names?: readonly string[];
  /** Its time is over. */
  expired?: boolean;
}

/** A certificate authority for one test file, in a temporary folder, made with the `openssl` program. */
export class CertificateAuthority {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(name = 'newsmill test'): Promise<CertificateAuthority> {
    const folder = await mkdtemp(join(tmpdir(), 'newsmill-certificates-'));
    await writeFile(join(folder, 'openssl.cnf'), OPENSSL_CONFIG);
    await writeFile(join(folder, 'index.txt'), '');
    const authority = new CertificateAuthority(folder);
    await authority.openssl('req', ['-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`]);
    return authority;
  }

  /** File of the authority's own certificate. */
  get cert(): string {
    return join(this.folder, 'ca.pem');
  }

  /** A new key and a certificate for it that this authority has signed. */
  async issue({ name, names = [], expired = false }: LeafOptions): Promise<Certificate> {
    const file = `${name.replaceAll(/[^a-z0-9]/gi, '-')}-${(this.issued += 1)}`;
    const alternatives = names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`];
    await this.openssl('req', [
      ...['-new', ...KEY, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${name}`],
      ...alternatives,
    ]);
    const [from, to] = expired ? ['20200101000000Z', '20200102000000Z'] : ['20200101000000Z', '20991231000000Z'];
    await this.openssl('ca', [
      ...['-batch', '-notext', '-in', `${file}.csr`, '-out', `${file}.pem`],
      ...['-startdate', from, '-enddate', to],
    ]);
    const [cert, key, both] = ['pem', 'key', 'both.pem'].map((ending) => join(this.folder, `${file}.${ending}`));
    await writeFile(both!, (await readFile(key!, 'utf8')) + (await readFile(cert!, 'utf8')));
    return { cert: cert!, key: key!, both: both! };
  }

  /** Removes all files. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private issued = 0;

  private async openssl(command: string, args: readonly string[]): Promise<void> {
    await run('openssl', [command, '-config', 'openssl.cnf', ...args], { cwd: this.folder });
  }
}

/** What this machine lacks to make certificates, or undefined when the `openssl` program runs. */
export function opensslMissing(): string | undefined {
  const { error, status } = spawnSync('openssl', ['version']);
  return !error && status === 0 ? undefined : 'OpenSSL ("openssl version" does not run)';
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const OPENSSL_CONFIG = `
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
rand_serial = yes
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = policy
copy_extensions = copy
unique_subject = no
[policy]
commonName = supplied
`;
