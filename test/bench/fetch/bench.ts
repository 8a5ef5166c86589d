/**
 * npm run bench:fetch -- [--only feeds,pages,two] [--sources 100,1000,10000] [--interval SECONDS] [--pages-per-host 20]
 *   [--docs] [--json]
 *
 * Real fetchers on a real PostgreSQL, which holds the log as well, against the stub web of test/support/stub-web: its log of
 * requests judges. `feeds`: how late looks are and what they cost. `pages`: links of 500 hosts, fetched within their
 * budgets by one fetcher; `two`: by two. With --docs the report goes into docs/benchmarks.md, between its markers.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureFeeds } from './feeds.ts';
import { measurePages } from './pages.ts';
import { report, type Results } from './report.ts';
import { startServer } from './world.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs/benchmarks.md');
const MARKED = /(<!-- fetch:begin -->\n)[^]*(<!-- fetch:end -->)/;
const HOSTS = 500;
/** The default of NEWSMILL_HOST_INTERVAL. */
const HOST_INTERVAL_MS = 1_000;
/** Seconds by sources; shorter than in practice, so that a run ends. */
const INTERVALS: Readonly<Record<number, number>> = { 100: 10, 1_000: 20, 10_000: 100 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'feeds,pages,two' },
    sources: { type: 'string', default: '100,1000,10000' },
    interval: { type: 'string' },
    'pages-per-host': { type: 'string', default: '20' },
    docs: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const parts = new Set(values.only.split(','));
const pagesPerHost = Number(values['pages-per-host']);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const { server, stop } = await startServer();
const results: Results = { feeds: [], pages: [] };
try {
  for (const sources of parts.has('feeds') ? values.sources.split(',').map(Number) : []) {
    tell(`feeds: ${sources} sources`);
    results.feeds.push(
      await measureFeeds(server, { sources, intervalSeconds: Number(values.interval ?? INTERVALS[sources] ?? 60) }),
    );
  }
  for (const fetchers of [...(parts.has('pages') ? [1] : []), ...(parts.has('two') ? [2] : [])]) {
    tell(`pages: ${HOSTS} hosts, ${fetchers} fetcher(s)`);
    results.pages.push(
      await measurePages(server, { hosts: HOSTS, pagesPerHost, intervalMs: HOST_INTERVAL_MS, fetchers }),
    );
  }
} finally {
  await stop();
}
for (const { warnings } of [...results.feeds, ...results.pages]) {
  if (warnings.length > 0)
    tell(`${warnings.length} warnings of the fetchers, the first:\n${warnings.slice(0, 10).join('\n')}`);
}
const markdown = report(results);
if (values.json) console.log(JSON.stringify(results));
else if (values.docs) {
  writeFileSync(
    DOCS,
    readFileSync(DOCS, 'utf8').replace(MARKED, (_, begin: string, end: string) => `${begin}\n${markdown}\n${end}`),
  );
} else console.log(markdown);
