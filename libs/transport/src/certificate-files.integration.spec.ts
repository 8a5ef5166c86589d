import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddressInfo } from 'node:net';
import { connect, createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Certificate, CertificateAuthority, opensslMissing } from '../../../test/support/certificates.ts';
import { type CertificateFiles, certificateProblems, verifiedTls } from './certificate-files.js';
import { connectionFaultOf } from './connection-fault.js';

const missing = opensslMissing();
if (missing) console.warn(`SKIPPED, certificate files need ${missing}`);

(missing ? describe.skip : describe)('certificate files', () => {
  const names = { ca: 'X_CA_FILE', cert: 'X_CERT_FILE', key: 'X_KEY_FILE' };
  let authority: CertificateAuthority;
  let other: CertificateAuthority;
  let leaf: Certificate;
  let second: Certificate;
  let folder: string;
  const inFolder = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsmill-certificate-files-'));
    [authority, other] = [await CertificateAuthority.create(), await CertificateAuthority.create('other')];
    [leaf, second] = [
      await authority.issue({ name: 'one', names: ['DNS:localhost'] }),
      await authority.issue({ name: 'two', names: ['DNS:localhost'] }),
    ];
    await writeFile(inFolder('text'), 'not a certificate');
    await writeFile(inFolder('half.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const encrypted = ['pkey', '-in', leaf.key, '-aes256', '-passout', 'pass:x', '-out', inFolder('encrypted.key')];
    execFileSync('openssl', encrypted);
  });

  afterAll(async () => {
    await Promise.all([authority.remove(), other.remove(), rm(folder, { recursive: true, force: true })]);
  });

  it('are right: an authority, a bundle of them, a certificate with its key, or none', async () => {
    const bundle = inFolder('bundle.pem');
    await writeFile(
      bundle,
      `# comment\n${await readFile(authority.cert, 'utf8')}\n${await readFile(other.cert, 'utf8')}`,
    );
    for (const files of [{}, { ca: authority.cert }, { ca: bundle, cert: leaf.cert, key: leaf.key }]) {
      expect(certificateProblems(files, names)).toEqual([]);
    }
  });

  it.each<[string, () => CertificateFiles, RegExp[]]>([
    ['a file that is not there', () => ({ ca: '/none' }), [/^X_CA_FILE is "\/none": cannot be read \(ENOENT\)$/]],
    ['a folder', () => ({ ca: folder }), [/^X_CA_FILE is ".*": cannot be read \(EISDIR\)$/]],
    ['text', () => ({ ca: inFolder('text') }), [/^X_CA_FILE is ".*text": holds no certificate in PEM/]],
    [
      'PEM of something else',
      () => ({ ca: inFolder('half.pem') }),
      [/^X_CA_FILE .*: holds something that is no certificate$/],
    ],
    ['a key in place of a certificate', () => ({ ca: leaf.key }), [/^X_CA_FILE .*: holds no certificate in PEM/]],
    ['a certificate alone', () => ({ cert: leaf.cert }), [/^X_CERT_FILE is set without X_KEY_FILE$/]],
    ['a key alone', () => ({ key: leaf.key }), [/^X_KEY_FILE is set without X_CERT_FILE$/]],
    [
      "another certificate's key",
      () => ({ cert: leaf.cert, key: second.key }),
      [/^X_KEY_FILE is ".*": not the key of/],
    ],
    ['no key', () => ({ cert: leaf.cert, key: leaf.cert }), [/^X_KEY_FILE is ".*": holds no private key in PEM$/]],
    ['an encrypted key', () => ({ cert: leaf.cert, key: inFolder('encrypted.key') }), [/the key is encrypted/]],
    ['several', () => ({ ca: '/none', cert: '/none', key: inFolder('text') }), [/^X_CA/, /^X_CERT/, /^X_KEY/]],
  ])('are wrong: %s', (_, files, expected) => {
    const problems = certificateProblems(files(), names);
    expect(problems).toEqual(expected.map((words) => expect.stringMatching(words)));
  });

  describe('that change', () => {
    let server: Server;
    let ca: string;
    const told: string[] = [];

    beforeAll(async () => {
      ca = inFolder('changing.pem');
      const [key, cert] = await Promise.all([readFile(leaf.key), readFile(leaf.cert)]);
      server = createServer({ key, cert }, (socket) => socket.end());
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    });

    afterAll(() => new Promise((resolve) => server.close(resolve)));

    /** What a connection to the server comes to. */
    const outcome = (tls: ReturnType<typeof verifiedTls>): Promise<string> =>
      new Promise((resolve) => {
        const { port } = server.address() as AddressInfo;
        const socket = connect({ port, host: 'localhost', servername: 'localhost', ...tls }, () => {
          socket.destroy();
          resolve('connected');
        });
        socket.on('error', (error) => resolve(connectionFaultOf(error)?.kind ?? error.message));
      });

    it('are read anew for the next connection; broken ones are told once and not used', async () => {
      await copyFile(other.cert, ca);
      const tls = verifiedTls({ ca }, (message) => told.push(message));
      expect(await outcome(tls)).toBe('untrusted');
      await copyFile(authority.cert, ca);
      expect(await outcome(tls)).toBe('connected');

      await writeFile(ca, 'half written');
      expect([await outcome(tls), await outcome(tls)]).toEqual(['connected', 'connected']);
      await rm(ca);
      expect([await outcome(tls), await outcome(tls)]).toEqual(['connected', 'connected']);
      expect(told).toEqual([
        expect.stringMatching(/changed certificate files are not used.*holds no certificate/),
        expect.stringMatching(/changed certificate files are not used.*cannot be read \(ENOENT\)/),
      ]);
      await copyFile(other.cert, ca);
      expect(await outcome(tls)).toBe('untrusted');
    });

    it('never stand where they are printed: options show neither key nor certificate', () => {
      const tls = verifiedTls({ ca: authority.cert, cert: leaf.cert, key: leaf.key }, () => undefined);
      expect(JSON.stringify(tls)).not.toMatch(/BEGIN|PRIVATE/);
    });
  });
});
