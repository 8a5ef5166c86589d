import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODEL = readFileSync(`${ROOT}SECURITY.md`, 'utf8');
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** Rows of the tables that say what stops which threat. */
const rows = MODEL.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Threat') && !line.startsWith('| Asset'))
  .map((line) => line.slice(2, -2).split(' | '))
  .filter((cells) => cells.length === 3) as [string, string, string][];

/** The tests that a cell names: path and title. */
function testsIn(cell: string): [string, string][] {
  return [...cell.matchAll(/`([\w./-]+\.ts)` "([^"]+)"/g)].map(([, path, title]) => [path!, title!]);
}

describe('the threat model of SECURITY.md', () => {
  it('has a table for each place where trust ends', () => {
    expect([...MODEL.matchAll(/^### ([A-Z])\. /gm)].map(([, letter]) => letter).join('')).toBe('ABCDEFGHI');
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)('%s: %s', (threat, control, shown) => {
    expect([threat, control]).not.toContain('');
    // Nothing but tests, parted by commas.
    expect(shown).toMatch(/^`[^`]+` "[^"]+"(?:, `[^`]+` "[^"]+")*$/);
    for (const [path, title] of testsIn(shown)) {
      expect([path, existsSync(`${ROOT}${path}`)]).toEqual([path, true]);
      // As it is written in a test file: as a title, or as the template of one.
      const found = read(path).replaceAll("\\'", "'").includes(title);
      expect([path, title, found]).toEqual([path, title, true]);
    }
  });

  it('leads to pages that are there, and they lead back', () => {
    const pages = [...MODEL.matchAll(/\]\((docs\/[a-z-]+\.md)\)/g)].map(([, page]) => page!);
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) expect([page, existsSync(`${ROOT}${page}`)]).toEqual([page, true]);
    expect(read('docs/security.md')).toContain('](../SECURITY.md)');
  });
});
