import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { extractArticle } from './extract-article.js';

const GOLDEN = join(import.meta.dirname, '../golden');

/** True under `jest -u`. */
function updating(): boolean {
  const state = expect.getState() as { snapshotState?: { _updateSnapshot?: string } };
  return state.snapshotState?._updateSnapshot === 'all';
}

describe('golden pages', () => {
  const pages = readdirSync(GOLDEN).filter((file) => file.endsWith('.html'));

  it('are at least ten', () => {
    expect(pages.length).toBeGreaterThanOrEqual(10);
  });

  it.each(pages)('%s', async (file) => {
    const url = `https://www.example.com/news/${file}`;
    const found = extractArticle({ html: readFileSync(join(GOLDEN, file), 'utf8'), url });
    const expectation = join(GOLDEN, file.replace(/\.html$/, '.json'));
    if (updating()) {
      writeFileSync(expectation, await format(JSON.stringify(found), { parser: 'json', printWidth: 120 }));
    }
    if (!existsSync(expectation))
      throw new Error(`${expectation} is missing: run "npm run golden:update" and review it`);
    expect(found).toEqual(JSON.parse(readFileSync(expectation, 'utf8')));
  });
});
