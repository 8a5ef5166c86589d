import type { Connect, ConnectTarget } from './dial.js';
import type { OutboundErrorKind } from './outbound-error.js';
import type { Resolve } from './resolve.js';

/** An address that leads, or may lead, to where newsmill must not reach. */
export interface HostileTarget {
  url: string;
  /** Why it is refused. */
  kind: OutboundErrorKind;
}

/** What hostile names resolve to, CNAMEs followed. */
export const hostileNames: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'app.localhost': ['::1'],
  metadata: ['169.254.169.254'],
  'metadata.google.internal': ['169.254.169.254'],
  'instance-data': ['169.254.169.254'],
  'kubernetes.default.svc': ['10.96.0.1'],
  'host.docker.internal': ['192.168.65.2'],
  'localtest.example': ['127.0.0.1'],
  '127.0.0.1.nip.example': ['127.0.0.1'],
  'loopback.example': ['127.0.0.1'],
  'private.example': ['10.0.0.5'],
  'cname-to-private.example': ['172.20.1.1'],
  'carrier.example': ['100.100.100.200'],
  'mixed.example': ['93.184.216.34', '192.168.0.1'],
  'mixed6.example': ['2606:2800:220:1::1', 'fd00::1'],
  'last-of-many.example': [...Array.from({ length: 12 }, (_, last) => `93.184.216.${last}`), '127.0.0.1'],
  'both-families.example': ['93.184.216.34', '::1'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'mapped-long.example': ['0:0:0:0:0:ffff:7f00:1'],
  'nat64.example': ['64:ff9b::a00:1'],
  'nat64-local.example': ['64:ff9b:1::808:808'],
  'six-to-four.example': ['2002:a00:1::'],
  'teredo.example': ['2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'zone.example': ['fe80::1%eth0'],
  'global-with-zone.example': ['2606:4700::1111%lo'],
  'unspecified.example': ['0.0.0.0'],
  'unspecified6.example': ['::'],
  'broadcast.example': ['255.255.255.255'],
  'multicast.example': ['224.0.0.251'],
  'odd.example': ['0x7f000001'],
  'octal.example': ['0177.0.0.1'],
  'blank.example': [''],
  'xn--bcher-kva.example': ['10.0.0.7'],
  // No spelling of an address for the URL parser; a lenient resolver may take it for one.
  '127.0.0.1..': ['127.0.0.1'],
};

/** The resolver that goes with {@link hostileTargets}; a name that is in no list is a public one. */
export const resolveHostile: Resolve = async (hostname) => {
  const name = hostname.replace(/\.$/, '');
  // RFC 1035 section 2.3.4; getaddrinfo says the same of longer names.
  const isTooLong = name.length > 253 || name.split('.').some((label) => label.length > 63);
  if (isTooLong || name === 'nowhere.example') throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return hostileNames[hostname] ?? hostileNames[name] ?? ['93.184.216.34'];
};

const BLOCKED: readonly string[] = [
  // Loopback, in every spelling.
  'http://127.0.0.1/',
  'https://127.0.0.1/',
  'http://127.0.0.1:443/',
  'http://127.1/',
  'http://127.0.1/',
  'http://127.0.0.1./',
  'http://127.123.45.67/',
  'http://127.255.255.255/',
  'http://2130706433/',
  'http://2130706433./',
  'http://0x7f000001/',
  'http://0X7F000001/',
  'http://0x7f000001./',
  'http://0x7f.1/',
  'http://0x7f.0x0.0x0.0x1/',
  'http://0x7f.0.0.0x/',
  'http://127.0x0.00.01/',
  'http://0177.0.0.1/',
  'http://0177.1/',
  'http://00000000177.0.0.1/',
  'http://017700000001/',
  'http://%31%32%37.0.0.1/',
  'http://127%2e0%2e0%2e1/',
  'http://１２７.０.０.１/',
  'http://①②⑦.0.0.1/',
  'http://127。0。0。1/',
  'http://127．0．0．1/',
  'http://127｡0｡0｡1/',
  'http://0x7f。1/',
  'http:\\\\127.0.0.1\\',
  'http:127.0.0.1/',
  'http:/127.0.0.1/',
  'http:////127.0.0.1/',
  'https:127.0.0.1/',
  ' http://127.0.0.1/ ',
  'http://127.0.\t0.1/',
  'ht\ntp://127.0.0.1/',
  'http://127.0.0.1#@public.example/',
  'http://127.0.0.1?@public.example/',
  'http://127.0.0.1\\@public.example/',
  `http://127.0.0.1/${'a'.repeat(8_000)}`,
  'http://[::1]/',
  'https://[::1]:443/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[0000::0001]/',
  // "This network": the machine itself on many systems.
  'http://0/',
  'http://0x0/',
  `http://${'0'.repeat(300)}/`,
  'http://0.0.0.0/',
  'http://0.0.0.1/',
  'http://0.255.255.255/',
  'http://[::]/',
  // Private networks.
  'http://10.0.0.1/',
  'http://167772161/',
  'http://012.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://0xc0a80001/',
  'http://100.64.0.1/',
  'http://100.127.255.254/',
  'http://[fc00::1]/',
  'http://[fdff:ffff::1]/',
  // Metadata of clouds.
  'http://169.254.169.254/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://2852039166/',
  'http://0251.0376.0251.0376/',
  'http://169。254。169。254/',
  'http://⑯⑨.254.①⑥⑨.254/',
  'http://169.254.170.2/v2/credentials',
  'http://100.100.100.200/latest/meta-data/',
  'http://168.63.129.16/machine',
  'http://192.0.0.192/opc/v2/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://[fd20:ce::254]/',
  'http://[::ffff:a9fe:a9fe]/',
  // Link-local, site-local, multicast, broadcast, reserved, documentation, benchmarks.
  'http://169.254.0.1/',
  'http://[fe80::1]/',
  'http://[febf::1]/',
  'http://[fec0::1]/',
  'http://192.0.0.8/',
  'http://192.0.0.170/',
  'http://192.0.2.1/',
  'http://192.31.196.1/',
  'http://192.52.193.1/',
  'http://192.88.99.1/',
  'http://192.175.48.1/',
  'http://198.18.0.1/',
  'http://198.19.255.255/',
  'http://198.51.100.7/',
  'http://203.0.113.9/',
  'http://224.0.0.1/',
  'http://239.255.255.250/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[ff02::1]/',
  'http://[ff05::1:3]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
  'http://[3fff::1]/',
  'http://[2001:2::1]/',
  'http://[2001:10::1]/',
  'http://[2001:20::1]/',
  'http://[5f00::1]/',
  'http://[4000::1]/',
  // IPv6 that carries IPv4: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP.
  'http://[::127.0.0.1]/',
  'http://[::a00:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::FFFF:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::ffff:c0a8:1]/',
  'http://[0000:0000:0000:0000:0000:ffff:a9fe:a9fe]/',
  'http://[::ffff:0:7f00:1]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b::a00:1]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[64:ff9b::100.64.0.1]/',
  'http://[64:ff9b:1::808:808]/',
  'http://[64:ff9b:1::7f00:1]/',
  'http://[64:ff9b:1:ffff::a9fe:a9fe]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:c0a8:1::]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[2002:5db8:d822::1]/',
  'http://[2001::1]/',
  'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  'http://[2606:4700::5efe:a00:1]/',
  'http://[2606:4700::200:5efe:a00:1]/',
  // Names.
  ...Object.keys(hostileNames).map((name) => `http://${name}/`),
  'http://LOCALHOST/',
  'http://localhost./',
  'http://%6c%6f%63alhost/',
  'http://ⓛⓞⓒalhost/',
  'http://loc\u00ADalhost/',
  'http://localhost%2e/',
  'http://bücher.example/',
  'https://loopback.example/',
  'https://both-families.example/',
];

const OTHERWISE: Readonly<Partial<Record<OutboundErrorKind, readonly string[]>>> = {
  port: [
    'http://public.example:22/',
    'http://public.example:25/',
    'http://public.example:8080/',
    'http://public.example:65535/',
    'http://public.example:00000022/',
    'http://public.example:0/',
    'https://public.example:6379/',
    'http://8.8.8.8:53/',
    'http://[2606:4700::1111]:9200/',
    'http://127.0.0.1:22/',
  ],
  'bad-url': [
    'http://public.example@127.0.0.1/',
    'http://user:pass@public.example/',
    'http://:@127.0.0.1:pass@public.example/',
    'http://127.0.0.1:80@public.example/',
    'http://127.0.0.1%2f@public.example/',
    'http://public.example:80@127.0.0.1:80@public.example/',
    'ftp://public.example/',
    'sftp://127.0.0.1/',
    'file:///etc/passwd',
    'file://127.0.0.1/etc/passwd',
    'gopher://127.0.0.1/_x',
    'dict://127.0.0.1:11211/stat',
    'ldap://127.0.0.1/',
    'ws://127.0.0.1/',
    'wss://public.example/',
    'data:text/html,x',
    'javascript:alert(1)',
    'about:blank',
    'jar:http://127.0.0.1!/x',
    'view-source:http://127.0.0.1/',
    'unix:///var/run/docker.sock',
    'blob:http://public.example/x',
    'http://',
    'http://public.example:99999/',
    'http://public.example:65536/',
    'http://public.example:-1/',
    'http://public.example:80x/',
    'http://256.256.256.256/',
    'http://4294967296/',
    'http://0x100000000/',
    'http://127.0.0.1.1/',
    'http://127.0.0.09/',
    'http://[::1%25lo]/',
    'http://[fe80::1%25eth0]/',
    'http://[fe80::1%eth0]/',
    'http://[::1',
    'http://[::1]x/',
    'http://[::ffff:127.0.0.1.]/',
    'http://[::ffff:127.1]/',
    'http://localhost%00/',
    'http://local host/',
  ],
  dns: ['http://nowhere.example/', `http://${'a'.repeat(64)}.example/`, `http://${'a.'.repeat(130)}example/`],
};

/** All of them, each once: to be asked for by every way that an address can come in. None may make a connection. */
export const hostileTargets: readonly HostileTarget[] = [
  ...BLOCKED.map((url): HostileTarget => ({ url, kind: 'blocked-address' })),
  ...Object.entries(OTHERWISE).flatMap(([kind, urls]) =>
    urls.map((url): HostileTarget => ({ url, kind: kind as OutboundErrorKind })),
  ),
];

/** Those that a Location header can carry and that stay what they are when they are read relative to an http address. */
export const hostileLocations: readonly HostileTarget[] = hostileTargets.filter(
  ({ url }) => !/[\t\n]/.test(url) && !/^http:\/?[^/\\]/.test(url) && url !== 'http://',
);

/** A connect step that notes what it is asked for and opens nothing: nothing leaves, even where a guard fails. */
export function observedConnect(): { connect: Connect; attempts: ConnectTarget[] } {
  const attempts: ConnectTarget[] = [];
  return {
    attempts,
    connect: (target) => {
      attempts.push(target);
      return Promise.reject(new Error('the suite lets nothing leave'));
    },
  };
}
