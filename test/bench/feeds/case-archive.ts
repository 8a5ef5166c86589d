import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The cases of the feedparser project, wherever they have been laid; they are not part of this repository. */
export const CASE_ARCHIVE = path.resolve(import.meta.dirname, '../../../../shared/data/feeds/feedparser-tests.tar.gz');

export function hasCases(archive: string): boolean {
  return existsSync(archive);
}

/** Regular files of a gzipped POSIX tar (IEEE 1003.1, pax): 512-octet headers, size in octal at 124, type at 156. */
export function* archivedCases(archive: string): Generator<{ name: string; bytes: Uint8Array }> {
  const octets = gunzipSync(readFileSync(archive));
  const field = (from: number, length: number): string =>
    new TextDecoder().decode(octets.subarray(from, from + length)).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= octets.length && octets[at] !== 0;) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    const type = field(at + 156, 1);
    const name = field(at, 100).replace(/^(?:\.\/)?tests\//, '');
    if ((type === '' || type === '0') && name.includes('/')) {
      yield { name, bytes: octets.subarray(at + 512, at + 512 + size) };
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
