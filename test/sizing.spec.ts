import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Costs, currentSizingPage, sizingPage } from './bench/sizing-page.ts';

const costs: Costs = {
  date: '2026-01-01',
  commit: 'abc',
  machine: 'a machine',
  pages: 'pages',
  pageBytes: 100_000,
  articles: 1000,
  stored: 990,
  articlesPerSecond: 20,
  cpuMs: { fetcher: 3, parser: 21.6, enricher: 4, store: 5, PostgreSQL: 6, Kafka: 2 },
  idleCores: { fetcher: 0, parser: 0, enricher: 0, store: 0, PostgreSQL: 0, Kafka: 0 },
  peakMegabytes: { fetcher: 200, parser: 300, enricher: 250, store: 220 },
  topicBytes: { 'news.page.fetched.v1': 20_000, 'news.article.state.v1': 5_000 },
  databaseBytes: 10_000,
  writeAheadBytes: 15_000,
};

describe('docs/sizing.md', () => {
  it('is computed from the measured costs beside it', () => {
    expect(readFileSync(new URL('../docs/sizing.md', import.meta.url), 'utf8')).toBe(currentSizingPage());
  });

  const rows = new Map(
    sizingPage(costs)
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)]),
  );

  it('plans cores for the peak, and as many replicas as these take', () => {
    // 10 million a day: 115.7 a second, 463 at the peak, 21.6 ms each, of cores that are 60 % used.
    expect(rows.get('parser: cores (replicas)')).toEqual(['0.2 (2)', '1.7 (2)', '16.7 (17)']);
    expect(rows.get('partitions of each topic, at least')).toEqual(['6', '6', '30']);
  });

  it('keeps on disk what the retention of a topic says, and the last record of each article where it is compacted', () => {
    // 100,000 × (20,000 B × 7 days + 5,000 B × 365 days) × 3 replicas.
    expect(rows.get('Kafka: disk after a year, all replicas')?.[0]).toBe('590 GB');
    expect(rows.get('PostgreSQL: disk a year')?.[0]).toBe('365 GB');
  });
});
