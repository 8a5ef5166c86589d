import { articleRecord, type EventOf, type pageFetched } from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { readDocument } from './read-document.js';
import { sniffDocument } from './sniff-document.js';

const GOLDEN = join(import.meta.dirname, '../golden');

/** The document as a newsroom pushed it. */
function pushed(content: string): EventOf<typeof pageFetched> {
  const mediaType = sniffDocument(content, undefined);
  if (mediaType === undefined) throw new Error('the format is not recognised');
  return {
    receiptId: 'r-1',
    publisher: 'courier',
    origin: { mode: 'push', source: 'courier' },
    pageId: 'p-1',
    url: { original: 'urn:newsmill:push', final: 'urn:newsmill:push' },
    mediaType,
    content,
    fetchedAt: '2026-11-01T12:00:00.000Z',
  };
}

/** True under `jest -u`. */
function updating(): boolean {
  const state = expect.getState() as { snapshotState?: { _updateSnapshot?: string } };
  return state.snapshotState?._updateSnapshot === 'all';
}

describe('golden documents of newsrooms', () => {
  const documents = readdirSync(GOLDEN).filter((file) => !file.endsWith('.expected.json'));

  it.each(documents)('%s', async (file) => {
    const content = readFileSync(join(GOLDEN, file), 'utf8');
    const page = pushed(content);
    const read = readDocument(page);
    if (!read.ok) throw new Error(read.reason);
    const found = { mediaType: page.mediaType, ...read.version };
    expect(articleRecord.parse(found.record)).toEqual(found.record);
    const expectation = join(GOLDEN, `${file}.expected.json`);
    if (updating()) {
      writeFileSync(expectation, await format(JSON.stringify(found), { parser: 'json', printWidth: 120 }));
    }
    if (!existsSync(expectation))
      throw new Error(`${expectation} is missing: run "npm run golden:update" and review it`);
    expect(found).toEqual(JSON.parse(readFileSync(expectation, 'utf8')));
  });
});
