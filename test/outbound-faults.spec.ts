import { createOutbound, type Outbound, OutboundError } from '@newsmill/outbound';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { opensslMissing } from './support/certificates.ts';
import { type FaultyHosts, startFaultyHosts } from './support/faulty-hosts.ts';
import { lookupStubName } from './support/stub-web/resolve-names.ts';

const MIB = 1024 * 1024;
/** What the network's buffers may hold of what nobody reads. */
const BUFFERED = 16 * MIB;

/** Each fault and how it ends; the hosts say the same, so that none is left out. */
const FAULTS = {
  hang: 'timeout',
  'drip-headers': 'timeout',
  'drip-body': 'timeout',
  'reset-mid-body': 'connect',
  'closes-at-once': 'connect',
  'content-length-too-long': 'connect',
  'content-length-too-short': 200,
  'content-lengths-differ': 'protocol',
  'endless-chunked': 'too-large',
  'endless-until-close': 'too-large',
  'no-chunk': 'protocol',
  'chunk-cut': 'connect',
  'gzip-bomb': 'too-large',
  'br-bomb': 'too-large',
  'zstd-bomb': 'too-large',
  'gzip-broken': 'protocol',
  'redirect-loop': 'redirects',
  'redirects-for-ever': 'redirects',
  'redirect-inwards': 'blocked-by-policy',
  'storm-of-503': 503,
  'no-status-line': 'protocol',
  'no-headers': 'protocol',
  'nul-in-header': 'protocol',
  'http-0.9': 'protocol',
  'endless-headers': 'too-large',
  'flood-of-1xx': 'protocol',
  '204-with-body': 204,
  '205-with-body': 205,
  refused: 'connect',
  'tls-trusted': 404,
  'tls-expired': 'tls',
  'tls-wrong-name': 'tls',
  'tls-self-signed': 'tls',
  'tls-handshake-cut': 'tls',
  'tls-handshake-ended': 'tls',
  'tls-plain-text': 'tls',
  'tls-handshake-hang': 'timeout',
  'dns-nxdomain': 'dns',
  'dns-servfail': 'dns',
  'dns-silent': 'dns',
} as const;

if (opensslMissing()) console.warn(`skipped: ${opensslMissing()}`);
const describeIfCertificates = opensslMissing() ? describe.skip : describe;

describeIfCertificates('faults of hosts', () => {
  let hosts: FaultyHosts;
  let outbound: Outbound;

  beforeAll(async () => {
    hosts = await startFaultyHosts();
    outbound = createOutbound({
      userAgent: 'newsmill-test',
      allow: hosts.allow,
      resolve: lookupStubName,
      connectTimeoutMs: 300,
      firstByteTimeoutMs: 1_200,
      totalTimeoutMs: 1_500,
      maxBodyBytes: MIB,
      maxDecompressedBytes: 2 * MIB,
    });
  });
  afterAll(async () => {
    await outbound.close();
    await hosts.close();
  });

  it('are all here', () => {
    expect(Object.fromEntries(hosts.faults.map(({ name, ends }) => [name, Object.values(ends)[0]]))).toEqual(FAULTS);
  });

  it.each(Object.entries(FAULTS))('%s ends with %s, within its limits of time and octets', async (name, ending) => {
    const answer = await outbound.fetchPage(hosts.urlOf(name)).then(
      ({ status, body }) => ({ status, octets: body.length }),
      (error: unknown) => error,
    );
    if (typeof ending === 'number') expect(answer).toMatchObject({ status: ending });
    else {
      expect(answer).toBeInstanceOf(OutboundError);
      expect(answer).toMatchObject({ code: ending });
    }
    expect(hosts.cost(name).octets).toBeLessThan(BUFFERED);
    expect(hosts.cost(name).connections).toBeLessThanOrEqual(6);
  });

  it('a body that is longer than announced is taken as long as announced', async () => {
    const { body } = await outbound.fetchPage(hosts.urlOf('content-length-too-short'));
    expect(body).toHaveLength(10);
  });

  it.each(['204-with-body', '205-with-body'])('%s: the next request is not answered by what was left', async (name) => {
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await outbound.fetchPage(hosts.urlOf(name))).status);
    expect(statuses).toEqual(Array.from({ length: 3 }, () => Number(name.slice(0, 3))));
  });

  it('whether to try again is told', async () => {
    const transient = await Promise.all(
      ['hang', 'reset-mid-body', 'content-length-too-long', 'tls-handshake-cut', 'dns-servfail', 'dns-silent'].map(ask),
    );
    const final = await Promise.all(
      ['gzip-bomb', 'redirect-loop', 'tls-expired', 'tls-wrong-name', 'dns-nxdomain', 'no-headers'].map(ask),
    );
    expect(transient.map((error) => [error.message, error.transient])).toEqual(
      transient.map(({ message }) => [message, true]),
    );
    expect(final.map((error) => [error.message, error.transient])).toEqual(
      final.map(({ message }) => [message, false]),
    );
  });

  it('a body that drips is given up long before the total time', async () => {
    const patient = createOutbound({
      userAgent: 'newsmill-test',
      allow: hosts.allow,
      resolve: lookupStubName,
      totalTimeoutMs: 50_000,
    });
    const error = await patient.fetchPage(hosts.urlOf('drip-body')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('minBodyBytesPerSecond = 100') });
    await patient.close();
  });

  it('leave no sockets behind', async () => {
    await outbound.close();
    const deadline = performance.now() + 10_000;
    while (hosts.openConnections().length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(hosts.openConnections()).toEqual([]);
  });

  async function ask(name: string): Promise<OutboundError> {
    return outbound.fetchPage(hosts.urlOf(name)).then(
      () => Promise.reject(new Error(`${name} answered`)),
      (error: unknown) => error as OutboundError,
    );
  }
});
