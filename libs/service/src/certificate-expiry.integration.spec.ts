import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificateAuthority, opensslMissing } from '../../../test/support/certificates.ts';
import { expiries } from './certificate-expiry.js';
import { loadServiceSettings } from './service-settings.js';

const missing = opensslMissing();
if (missing) console.warn(`SKIPPED, certificates need ${missing}`);

(missing ? describe.skip : describe)('when certificate files end', () => {
  let authority: CertificateAuthority;
  let bundle: string;
  const END = Date.parse('2099-12-31T00:00:00Z') / 1000;

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
    const expired = await authority.issue({ name: 'old', expired: true });
    const leaf = await authority.issue({ name: 'leaf' });
    bundle = join(leaf.cert, '../bundle.pem');
    await writeFile(bundle, (await readFile(expired.cert, 'utf8')) + (await readFile(leaf.cert, 'utf8')));
  }, 60_000);
  afterAll(() => authority?.remove());

  it('is told of what brokers are shown, and of the authority that lasts longest', async () => {
    const { cert, key } = await authority.issue({ name: 'service' });
    const settings = loadServiceSettings({
      NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'ssl',
      NEWSMILL_KAFKA_CA_FILE: bundle,
      NEWSMILL_KAFKA_CERT_FILE: cert,
      NEWSMILL_KAFKA_KEY_FILE: key,
      NEWSMILL_DATABASE_URL: `postgres://db.example/news?sslmode=verify-full&sslrootcert=${bundle}`,
    });
    expect(expiries(settings)).toEqual([
      [{ peer: 'kafka', use: 'authority' }, END],
      [{ peer: 'kafka', use: 'client' }, END],
      [{ peer: 'postgres', use: 'authority' }, END],
    ]);
    await writeFile(cert, await readFile(bundle, 'utf8'));
    expect(expiries(settings)).toContainEqual([
      { peer: 'kafka', use: 'client' },
      Date.parse('2020-01-02T00:00:00Z') / 1000,
    ]);
    await writeFile(cert, 'no certificate');
    expect([...expiries(settings)].map(([{ peer, use }]) => `${peer} ${use}`)).toEqual([
      'kafka authority',
      'postgres authority',
    ]);
  });

  it('is not told where no TLS is spoken', () => {
    const settings = loadServiceSettings({ NEWSMILL_DATABASE_URL: 'postgres://localhost/news' });
    expect(expiries(settings)).toEqual([]);
  });
});
