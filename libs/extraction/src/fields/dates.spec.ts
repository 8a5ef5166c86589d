import { describe, expect, it } from '@jest/globals';
import { parseHtml } from '../html-tree.js';
import { readPageMetadata } from '../metadata/page-metadata.js';
import { mostTrusted } from './candidate.js';
import { modifiedCandidates, publishedCandidates } from './dates.js';

interface Found {
  published?: string;
  modified?: string;
}

/** What a page states, as printed: the body begins at its first `<p>`. */
function datesOf(html: string, language = 'en-GB', url = 'https://ledger.example/ferry'): Found {
  const tree = parseHtml(html);
  const page = readPageMetadata(tree, url);
  const around = { title: tree.names.indexOf('h1'), body: tree.names.indexOf('p'), language, url, hint: undefined };
  const published = mostTrusted(publishedCandidates(tree, page, around))?.value;
  const modified = mostTrusted(modifiedCandidates(tree, page, around))?.value;
  return { ...(published && { published: published.raw }), ...(modified && { modified: modified.raw }) };
}

const ld = (dates: object): string =>
  `<script type="application/ld+json">${JSON.stringify({ '@type': 'NewsArticle', headline: 'Ferry', ...dates })}</script>`;
const around = (header: string): string => `<h1>Ferry</h1>${header}<p>The ferry sails again.</p>`;

describe('publication and change', () => {
  it.each<[string, string, Found]>([
    [
      'JSON-LD',
      ld({ datePublished: '2024-03-12T08:00:00+01:00', dateModified: '2024-03-13T09:00:00+01:00' }) + around(''),
      { published: '2024-03-12T08:00:00+01:00', modified: '2024-03-13T09:00:00+01:00' },
    ],
    [
      'one line for both',
      around('<div>Published 12 March 2024, 8:00. Updated 13 March 2024, 9:00</div>'),
      { published: 'Published 12 March 2024, 8:00.', modified: 'Updated 13 March 2024, 9:00' },
    ],
    [
      'times behind words',
      around(
        '<div>Stand: <time datetime="2024-03-13">13.3.</time></div><div><time datetime="2024-03-12">12.3.</time></div>',
      ),
      { published: '2024-03-12', modified: '2024-03-13' },
    ],
    [
      'a change alone',
      around('<div>Mis à jour le 13 mars 2024</div>'),
      {
        published: 'Mis à jour le 13 mars 2024',
        modified: 'Mis à jour le 13 mars 2024',
      },
    ],
    [
      'a custom element',
      around('<relative-time datetime="2024-03-12T08:00:00Z">now</relative-time>'),
      { published: '2024-03-12T08:00:00Z' },
    ],
    ['a microformat', around('<abbr class="published" title="2024-03-12">12/3</abbr>'), { published: '2024-03-12' }],
    ['a line above the title', `<div>12.03.2024</div>${around('')}`, { published: '12.03.2024' }],
    ['no clock for relative words', around('<div>2 hours ago</div>'), {}],
  ])('%s', (_name, html, found) => {
    expect(datesOf(html)).toEqual(found);
  });
});

describe('precision', () => {
  it.each([
    ['the time of the same day', '2024-03-12', '2024-03-12T08:00:00+01:00', '2024-03-12T08:00:00+01:00'],
    ['the zone of the same clock', '2024-03-12T08:00:00', '2024-03-12T08:00:00+01:00', '2024-03-12T08:00:00+01:00'],
    ["the publisher's zone", '2024-03-11T23:30:00Z', '2024-03-12T00:30:00+01:00', '2024-03-12T00:30:00+01:00'],
    ['another day stays apart', '2024-03-12', '2024-03-13T08:00:00+01:00', '2024-03-12'],
    ['another hour stays apart', '2024-03-12T08:00:00Z', '2024-03-12T08:00:00+01:00', '2024-03-12T08:00:00Z'],
  ])('%s', (_name, datePublished, meta, raw) => {
    const html = `${ld({ datePublished })}<meta property="article:published_time" content="${meta}">${around('')}`;
    expect(datesOf(html).published).toBe(raw);
  });
});
