import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Extraction } from '../article.js';
import { extractArticle } from '../extract-article.js';
import { PublisherRules } from './publisher-rules.js';
import { builtInPublishers } from './publishers.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

interface Expectation {
  url: string;
  fetchedAt?: string;
  expected: Extraction;
}

/** True under `jest -u`. */
function updating(): boolean {
  const state = expect.getState() as { snapshotState?: { _updateSnapshot?: string } };
  return state.snapshotState?._updateSnapshot === 'all';
}

const hosts = readdirSync(FIXTURES);
const cases = hosts.flatMap((host) =>
  readdirSync(join(FIXTURES, host))
    .filter((file) => file.endsWith('.html'))
    .map((file) => join(host, file)),
);

describe('publisher rules', () => {
  const publishers = new PublisherRules(builtInPublishers);

  it.each(builtInPublishers.map((publisher) => [publisher.name, publisher] as const))(
    '%s has a fixture',
    (_, { hosts: own }) => {
      expect(own.some((host) => existsSync(join(FIXTURES, host)))).toBe(true);
    },
  );

  it.each(cases)('%s', (file) => {
    const html = readFileSync(join(FIXTURES, file), 'utf8');
    const path = join(FIXTURES, file.replace(/\.html$/, '.json'));
    const { expected, ...page } = JSON.parse(readFileSync(path, 'utf8')) as Expectation;
    const found = extractArticle({ html, ...page }, { publishers });
    if (updating()) writeFileSync(path, `${JSON.stringify({ ...page, expected: found }, null, 2)}\n`);
    else expect(found).toEqual(expected);
    if (found.ok)
      expect(found.article.warnings.filter((warning) => warning.startsWith('publisher-rule-missed'))).toEqual([]);
    // A rule that changes nothing is one that the generic road has made needless: remove it.
    expect(found).not.toEqual(extractArticle({ html, ...page }));
  });
});
