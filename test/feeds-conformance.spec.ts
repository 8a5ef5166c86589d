import { describe, expect, it } from '@jest/globals';
import { allExclusions, judge } from '@newsmill/feeds/conformance';
import { archivedCases, CASE_ARCHIVE, hasCases } from './bench/feeds/case-archive.ts';
import { countByKind } from './bench/feeds/report.ts';

const present = hasCases(CASE_ARCHIVE);
if (!present) console.warn(`SKIPPED: the feed conformance cases are not at ${CASE_ARCHIVE}`);

describe('feed conformance cases', () => {
  (present ? it : it.skip)(
    'hold, 97 of 100 of those that concern what newsmill reads, and none fails to be read or refused',
    () => {
      const verdicts = [...archivedCases(CASE_ARCHIVE)].map(({ name, bytes }) => judge(name, bytes));
      expect(verdicts).toHaveLength(1850);
      const { applicable, passed } = countByKind(verdicts).at(-1)!;
      expect(applicable).toBeGreaterThan(400);
      expect(passed / applicable).toBeGreaterThanOrEqual(0.97);
      // What fails is known by name: a new failure is a step back even where the rate holds.
      expect(
        verdicts
          .filter(({ outcome }) => outcome === 'failed')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['illformed/chardet/tis620.xml', 'illformed/chardet/windows1255.xml']);
      const used = new Set(verdicts.map((verdict) => (verdict.outcome === 'excluded' ? verdict.reason : '')));
      expect(allExclusions().filter((reason) => !used.has(reason))).toEqual([]);
    },
  );
});

describe('judge', () => {
  const bytes = (comment: string, feed: string): Uint8Array =>
    new TextEncoder().encode(`<!--\n${comment}\n-->\n${feed}`);
  const rss = '<rss version="2.0"><channel><title>Quay</title><item><link>/a</link></item></channel></rss>';

  it.each([
    ["Expect: not bozo and feed['title'] == 'Quay'", 'passed'],
    ["Expect: not bozo and feed['title'] == 'Key'", 'failed'],
    ["Expect: feed['nothing_of_the_kind'] == 'Key'", 'failed'],
    ["Expect: entries[0]['link'] == 'http://127.0.0.1:8097/a'", 'passed'],
    ["Expect: entries[1]['link'] == 'http://127.0.0.1:8097/a'", 'failed'],
    ["Expect: feed['generator'] == 'x'", 'excluded'],
    ['Expect: not bozo', 'excluded'],
  ])('of %s is that it %s', (comment, outcome) => {
    expect(judge('wellformed/rss/made.xml', bytes(comment, rss)).outcome).toBe(outcome);
  });
});
