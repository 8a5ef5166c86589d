import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { NotAFeed } from './not-a-feed.js';
import { parseFeed } from './parse-feed.js';

/** The cases of the feedparser project, wherever they have been laid; they are not part of this repository. */
const ARCHIVE = path.resolve(import.meta.dirname, '../../../../shared/data/feeds/feedparser-tests.tar.gz');

const available = existsSync(ARCHIVE);
if (!available) console.warn(`Skipped: the feed conformance cases are not at ${ARCHIVE}`);

describe('feed conformance cases', () => {
  (available ? it : it.skip)('are read, or refused as no feeds, and never fail otherwise', () => {
    const outcomes = { read: 0, refused: 0 };
    const failures: string[] = [];
    for (const { name, bytes } of tarFiles(gunzipSync(readFileSync(ARCHIVE)))) {
      try {
        parseFeed(bytes, { url: `http://127.0.0.1:8097/${name}` });
        outcomes.read += 1;
      } catch (error) {
        if (error instanceof NotAFeed) outcomes.refused += 1;
        else failures.push(`${name}: ${String(error)}`);
      }
    }
    expect(failures).toEqual([]);
    expect(outcomes.read).toBeGreaterThan(outcomes.refused);
  });
});

/** Regular files of a POSIX tar archive (IEEE 1003.1, pax): 512-octet headers, size in octal at 124, type at 156. */
function* tarFiles(archive: Uint8Array): Generator<{ name: string; bytes: Uint8Array }> {
  const field = (from: number, length: number): string =>
    new TextDecoder().decode(archive.subarray(from, from + length)).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    const type = field(at + 156, 1);
    if (type === '' || type === '0') yield { name: field(at, 100), bytes: archive.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
