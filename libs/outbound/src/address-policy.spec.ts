import { describe, expect, it } from '@jest/globals';
import { createAddressPolicy, forbiddenRange } from './address-policy.js';

describe('forbiddenRange', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1.1.1.1',
    '100::1',
    '2001::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '2606:4700::5efe:7f00:1',
    '2606:4700::200:5efe:7f00:1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'not-an-address',
    '0x7f.1',
    '',
  ])('%s is not public', (address) => {
    expect(forbiddenRange(address)).toEqual(expect.any(String));
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '169.253.0.1',
    '223.255.255.254',
    '2606:4700:4700::1111',
    '2a00:1450:4001:801::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s is public', (address) => {
    expect(forbiddenRange(address)).toBeUndefined();
  });
});

describe('createAddressPolicy', () => {
  const policy = createAddressPolicy(
    [
      '127.0.0.1:4000',
      '10.0.0.0/8',
      'Intranet.Example',
      'wiki.example:8080',
      '[fd00::1]:9000',
      'fd00::2',
      '2001:db8::/32',
    ],
    [80, 443],
  );

  it.each([
    ['127.0.0.1', '127.0.0.1', 4000],
    ['any.example', '127.0.0.1', 4000],
    ['127.0.0.1', '::ffff:127.0.0.1', 4000],
    ['10.1.2.3', '10.1.2.3', 443],
    ['intranet.example', '192.168.0.1', 80],
    ['intranet.example.', '192.168.0.1', 80],
    ['wiki.example', '192.168.0.1', 8080],
    ['fd00::1', 'fd00::1', 9000],
    ['fd00::2', 'fd00::2', 80],
    ['2001:db8::9', '2001:db8::9', 443],
    ['news.example', '8.8.8.8', 443],
  ])('admits %s at %s port %i', (hostname, address, port) => {
    expect(policy.judgeUrl(hostname, port)).toBeUndefined();
    expect(policy.judgeAddress(hostname, address, port)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', 80, 'blocked-address'],
    ['127.0.0.2', '127.0.0.2', 4000, 'port'],
    ['news.example', '8.8.8.8', 4000, 'port'],
    ['news.example', '8.8.8.8', 8443, 'port'],
    ['10.1.2.3', '10.1.2.3', 22, 'port'],
    ['intranet.example', '192.168.0.1', 8080, 'port'],
    ['x.intranet.example', '192.168.0.1', 80, 'blocked-address'],
    ['wiki.example', '192.168.0.1', 80, 'blocked-address'],
    ['fd00::1', 'fd00::1', 80, 'blocked-address'],
  ])('refuses %s at %s port %i as %s', (hostname, address, port, kind) => {
    expect(policy.judgeAddress(hostname, address, port)?.kind).toBe(kind);
  });

  it.each([
    '',
    '*',
    '*.example',
    'http://news.example',
    '10.0.0.0/33',
    '300.1.1.1',
    'host:0',
    'host:70000',
    '[x]:1',
    '0x7f.1',
    'a b',
  ])('refuses the entry %p by name', (entry) => {
    expect(() => createAddressPolicy([entry], [80])).toThrow(`allow has ${JSON.stringify(entry)}`);
  });

  it('refuses a port that is none', () => {
    expect(() => createAddressPolicy([], [0])).toThrow(/allowedPorts has 0/);
  });
});
