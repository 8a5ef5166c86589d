/**
 * npm run bench:feeds [-- --archive feedparser-tests.tar.gz] [--docs]
 *
 * Judges libs/feeds by the conformance cases of the feedparser project and prints, as Markdown, the figures by kind, what
 * fails and what is excluded why. With --docs the report goes into docs/feeds.md, between its markers. Needs a build of
 * libs/feeds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from '@newsmill/feeds/conformance';
import { archivedCases, CASE_ARCHIVE } from './case-archive.ts';
import { report } from './report.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs/feeds.md');
const MARKED = /(<!-- conformance:begin -->\n)[^]*(<!-- conformance:end -->)/;

const { values } = parseArgs({
  options: { archive: { type: 'string', default: CASE_ARCHIVE }, docs: { type: 'boolean', default: false } },
});
const markdown = report([...archivedCases(values.archive)].map(({ name, bytes }) => judge(name, bytes)));
if (values.docs) {
  writeFileSync(
    DOCS,
    readFileSync(DOCS, 'utf8').replace(MARKED, (_, begin: string, end: string) => `${begin}\n${markdown}\n${end}`),
  );
} else console.log(markdown);
