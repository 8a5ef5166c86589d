import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { dial, type Connect, type ConnectTarget } from './dial.js';
import { createOutbound, type Outbound } from './outbound.js';
import { OutboundError, type OutboundErrorKind } from './outbound-error.js';

/** What hostile names resolve to. A name that is not here resolves to a public address. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'app.localhost': ['::1'],
  'metadata.google.internal': ['169.254.169.254'],
  'loopback.example': ['127.0.0.1'],
  'private.example': ['10.0.0.5'],
  'mixed.example': ['93.184.216.34', '192.168.0.1'],
  'mixed6.example': ['2606:2800:220:1::1', 'fd00::1'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'nat64.example': ['64:ff9b::a00:1'],
  'six-to-four.example': ['2002:a00:1::'],
  'unspecified.example': ['0.0.0.0'],
  'odd.example': ['0x7f000001'],
  'nowhere.example': [],
};

const BLOCKED: readonly string[] = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.0x0.0x0.0x1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.0.0.1./',
  'http://127.123.45.67/',
  'http://%31%32%37.0.0.1/',
  'http://１２７.０.０.１/',
  'http://①②⑦.0.0.1/',
  'http:\\\\127.0.0.1\\',
  'http:127.0.0.1/',
  'http://0/',
  'http://0.0.0.0/',
  'http://0.0.0.1/',
  'http://10.0.0.1/',
  'http://167772161/',
  'http://012.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://0xc0a80001/',
  'http://100.64.0.1/',
  'http://100.100.100.200/latest/meta-data/',
  'http://169.254.169.254/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://2852039166/',
  'http://0251.0376.0251.0376/',
  'http://169.254.170.2/v2/credentials',
  'http://168.63.129.16/machine',
  'http://192.0.0.192/opc/v2/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://203.0.113.9/',
  'http://224.0.0.1/',
  'http://239.255.255.250/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::]/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::127.0.0.1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0000:0000:0000:0000:0000:ffff:a9fe:a9fe]/',
  'http://[::ffff:0:7f00:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[64:ff9b:1::808:808]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  'http://[2001:db8::1]/',
  'http://[2606:4700::5efe:a00:1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  ...Object.keys(NAMES)
    .filter((name) => name !== 'nowhere.example')
    .map((name) => `http://${name}/`),
  'http://LOCALHOST/',
  'http://localhost./',
  'https://loopback.example/',
];

const OTHERWISE_REFUSED: readonly [url: string, kind: OutboundErrorKind][] = [
  ['http://public.example:22/', 'port'],
  ['http://public.example:8080/', 'port'],
  ['https://public.example:6379/', 'port'],
  ['http://8.8.8.8:53/', 'port'],
  ['http://127.0.0.1:22/', 'port'],
  ['http://public.example:0/', 'port'],
  ['http://public.example@127.0.0.1/', 'bad-url'],
  ['http://user:pass@public.example/', 'bad-url'],
  ['http://127.0.0.1:80@public.example/', 'bad-url'],
  ['http://public.example:80@127.0.0.1:80@public.example/', 'bad-url'],
  ['ftp://public.example/', 'bad-url'],
  ['file:///etc/passwd', 'bad-url'],
  ['gopher://127.0.0.1/_x', 'bad-url'],
  ['data:text/html,x', 'bad-url'],
  ['javascript:alert(1)', 'bad-url'],
  ['unix:///var/run/docker.sock', 'bad-url'],
  ['blob:http://public.example/x', 'bad-url'],
  ['http://', 'bad-url'],
  ['http://public.example:99999/', 'bad-url'],
  ['http://256.256.256.256/', 'bad-url'],
  ['http://[::1%25lo]/', 'bad-url'],
  ['http://[fe80::1%25eth0]/', 'bad-url'],
  ['http://nowhere.example/', 'connect'],
];

const HOSTILE: readonly [url: string, kind: OutboundErrorKind][] = [
  ...BLOCKED.map((url): [string, OutboundErrorKind] => [url, 'blocked-address']),
  ...OTHERWISE_REFUSED,
];

describe('hostile targets', () => {
  let server: Server;
  let port: number;
  let location = '';
  let outbound: Outbound;
  /** Every attempt to open a socket. Only those to the test's own server are carried out, whatever the guards say. */
  let attempts: ConnectTarget[] = [];

  const observe: Connect = (target, signal) => {
    attempts.push(target);
    const own = target.port === port && target.addresses.every(({ address }) => address === '127.0.0.1');
    return own ? dial(target, signal) : Promise.reject(new Error('the suite lets nothing leave loopback'));
  };

  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(302, { location }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    outbound = createOutbound({
      userAgent: 'newsmill-test',
      allow: [`127.0.0.1:${port}`],
      resolve: async (hostname) => NAMES[hostname.replace(/\.$/, '')] ?? ['93.184.216.34'],
      connect: observe,
    });
  });
  afterEach(() => {
    attempts = [];
  });
  afterAll(async () => {
    await outbound.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are more than a few', () => {
    expect(new Set(HOSTILE.map(([url]) => url)).size).toBeGreaterThanOrEqual(90);
  });

  it.each(HOSTILE)('%s makes no connection', async (url, kind) => {
    const error = await outbound.fetchPage(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutboundError);
    expect(error).toMatchObject({ kind, transient: false });
    expect(attempts).toEqual([]);
  });

  // Relative to a loopback page these two are paths and no other targets.
  const asRedirects = HOSTILE.filter(([url]) => url !== 'http:127.0.0.1/' && url !== 'http://');

  it.each(asRedirects)('a redirect to %s makes no further connection', async (url, kind) => {
    location = Buffer.from(url).toString('latin1');
    const from = `http://127.0.0.1:${port}/from`;
    const error = await outbound.fetchPage(from).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'OutboundError', kind });
    expect(attempts.filter((attempt) => attempt.port !== port)).toEqual([]);
  });

  it('sees the attempt on a public target, so that its silence means something', async () => {
    await expect(outbound.fetchPage('https://public.example/')).rejects.toMatchObject({ kind: 'connect' });
    expect(attempts).toEqual([
      {
        hostname: 'public.example',
        protocols: ['http/1.1'],
        addresses: [{ address: '93.184.216.34', family: 4 }],
        port: 443,
        secure: true,
      },
    ]);
  });

  it('dials the address that was checked when a name changes its answer', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const dialled: ConnectTarget[] = [];
    const rebinding = createOutbound({
      userAgent: 'newsmill-test',
      resolve: async () => answers.shift() ?? ['127.0.0.1'],
      connect: async (target) => {
        dialled.push(target);
        throw new Error('the suite lets nothing leave loopback');
      },
    });
    await expect(rebinding.fetchPage('http://rebind.example/')).rejects.toMatchObject({ kind: 'connect' });
    await expect(rebinding.fetchPage('http://rebind.example/')).rejects.toMatchObject({ kind: 'blocked-address' });
    expect(dialled.map(({ addresses }) => addresses)).toEqual([[{ address: '93.184.216.34', family: 4 }]]);
    await rebinding.close();
  });

  it.each([
    'http://user:secret@public.example/',
    'http://user:secret@public.example:99999/',
    'ftp://user:secret@public.example/',
    'http:\\\\user:secret@public.example/',
    'http://user:sec@secret@public.example/',
  ])('never repeats the credentials of %s', async (url) => {
    const error = await outbound.fetchPage(url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'bad-url' });
    expect(String(error) + JSON.stringify(error)).not.toMatch(/secret|user:/);
  });
});
