import { describe, expect, it } from '@jest/globals';
import { isServerOf, parsePostmasterFile } from './postmaster.js';

describe('parsePostmasterFile', () => {
  const lines = ['4711', '/data/server', '1763860000', '54321', '', '127.0.0.1', '  1234   5', 'ready   ', ''];

  it('reads pid, port and status', () => {
    expect(parsePostmasterFile(lines.join('\n'))).toEqual({ pid: 4711, port: 54321, ready: true });
  });

  it.each(['starting', 'stopping', 'standby '])('does not take %s for ready', (status) => {
    expect(parsePostmasterFile(lines.with(7, status).join('\n'))?.ready).toBe(false);
  });

  it('reads a file that is still being written', () => {
    expect(parsePostmasterFile('4711\n/data/server\n')).toEqual({ pid: 4711, port: 0, ready: false });
  });

  it.each(['', 'x\n', '-4711\n', '0\n'])('finds no server in %j', (text) => {
    expect(parsePostmasterFile(text)).toBeUndefined();
  });
});

describe('isServerOf', () => {
  it.each([
    '/opt/native/bin/postgres -D /data/server -c port=1',
    '/opt/my files/bin/postgres -D /data/server',
    '"C:\\opt\\bin\\postgres.exe" -D /data/server -c port=1',
  ])('recognises %s', (command) => {
    expect(isServerOf('/data/server', command)).toBe(true);
  });

  it.each([
    '/opt/native/bin/postgres -D /data/server2 -c port=1',
    '/opt/native/bin/postgres -D /data',
    '/usr/bin/vim -D /data/server',
    'node /data/server/postgres',
    '',
  ])('is not misled by %j', (command) => {
    expect(isServerOf('/data/server', command)).toBe(false);
  });
});
