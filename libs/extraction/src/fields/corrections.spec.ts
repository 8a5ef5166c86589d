import { describe, expect, it } from '@jest/globals';
import type { Correction, ExtractedArticle } from '../article.js';
import { extractArticle } from '../extract-article.js';

const PARAGRAPHS = [
  'The old swing bridge over the Wend was opened to traffic again on Monday, two weeks earlier than the council had promised in spring.',
  'Engineers had taken its bearings out, found them worn through on one side, and had new ones cast in a foundry that usually makes church bells.',
  '“It turns like a door now,” said Nora Pell, who has worked in the bridge house for eleven years and used to lean on the wheel with her whole weight.',
  'Lorries above eighteen tonnes must go round by the northern bypass until the spring, when the piers are to be looked at by divers.',
  'The work cost a little less than four million, most of it for the bearings, and was paid for by the region and the port in equal parts.',
];
const CLOSING =
  'A small party on the bridge is planned for the first Sunday in May, if the weather allows it and the band can be found.';

interface Parts {
  jsonLd?: unknown;
  title?: string;
  /** Put in above the text, after its third paragraph, at its end and below the article. */
  above?: string;
  middle?: string;
  end?: string;
  below?: string;
}

function articleOf({
  jsonLd,
  title = 'Swing bridge opens two weeks early',
  above,
  middle,
  end,
  below,
}: Parts): ExtractedArticle {
  const paragraphs = [...PARAGRAPHS, CLOSING].map((text) => `<p>${text}</p>`);
  const script = jsonLd === undefined ? '' : `<script type="application/ld+json">${JSON.stringify(jsonLd)}</script>`;
  const html = `<!doctype html><html lang="en"><head><title>${title}</title>${script}</head><body>
<header><nav><a href="/">Home</a> <a href="/corrections">Corrections</a></nav></header>
<main><article><h1>${title}</h1><div class="article-body">${above ?? ''}${paragraphs.slice(0, 3).join('\n')}${middle ?? ''}
${paragraphs.slice(3).join('\n')}${end ?? ''}</div></article>${below ?? ''}</main>
<footer><a href="/corrections">Corrections and clarifications</a> <p>Corrections: if you find an error, write to the desk.</p></footer></body></html>`;
  const found = extractArticle({ html, url: 'https://www.example.com/news/bridge' });
  if (!found.ok) throw new Error(`${found.reason}: ${found.detail}`);
  return found.article;
}

const NOTE = 'An earlier version of this article said that the bridge opened in 1913. It opened in 1931.';
const article = (correction: unknown): object => ({
  '@context': 'https://schema.org',
  '@type': 'NewsArticle',
  headline: 'Swing bridge opens two weeks early',
  correction,
});

describe('corrections in schema.org', () => {
  it.each<[string, unknown, Correction[]]>([
    ['a text', article(NOTE), [{ text: NOTE }]],
    [
      'a CorrectionComment',
      article({ '@type': 'CorrectionComment', text: NOTE, datePublished: '2026-05-03T10:00:00+02:00' }),
      [{ text: NOTE, date: '2026-05-03T08:00:00Z' }],
    ],
    [
      'several of both kinds, one of them twice',
      article([NOTE, { '@type': 'CorrectionComment', text: 'The engineer is called Pell.' }, NOTE]),
      [{ text: NOTE }, { text: 'The engineer is called Pell.' }],
    ],
    [
      'a reference into the graph',
      {
        '@context': 'https://schema.org',
        '@graph': [
          { '@type': 'NewsArticle', headline: 'Swing bridge opens two weeks early', correction: { '@id': '#c1' } },
          { '@id': '#c1', '@type': 'CorrectionComment', text: NOTE },
        ],
      },
      [{ text: NOTE }],
    ],
    [
      'a comment beside the article in the graph',
      {
        '@context': 'https://schema.org',
        '@graph': [
          { '@type': 'NewsArticle', headline: 'Swing bridge opens two weeks early' },
          { '@type': 'CorrectionComment', text: NOTE, datePublished: '2026-05-03' },
        ],
      },
      [{ text: NOTE, date: '2026-05-03T00:00:00Z' }],
    ],
    [
      'markup and references in the text',
      article('The bridge is <b>not</b> Bell &amp; Sons&#8217; work.'),
      [{ text: 'The bridge is not Bell & Sons’ work.' }],
    ],
  ])('%s', (_, jsonLd, corrections) => {
    const found = articleOf({ jsonLd });
    expect(found.corrections).toEqual(corrections);
    expect(found.provenance['corrections']).toMatchObject({ source: 'json-ld' });
  });

  it('microdata', () => {
    const found = articleOf({ end: `<meta itemprop="correction" content="${NOTE}">` });
    expect(found.corrections).toEqual([{ text: NOTE }]);
  });

  it.each([
    ['an address', article('https://www.example.com/corrections')],
    ['nothing', article('')],
    [
      'a comment on another article',
      {
        '@context': 'https://schema.org',
        '@graph': [
          { '@type': 'NewsArticle', headline: 'Swing bridge opens two weeks early' },
          { '@type': 'CorrectionComment', text: NOTE, about: { '@id': 'https://www.example.com/news/other' } },
        ],
      },
    ],
    ['the policy', { ...article(undefined), correctionsPolicy: 'https://www.example.com/corrections' }],
  ])('%s is none', (_, jsonLd) => {
    expect(articleOf({ jsonLd }).corrections).toBeUndefined();
  });
});

describe('corrections that the page shows', () => {
  it.each<[string, string | undefined]>([
    ['Correction: The bridge opened in 1931, not in 1913.', undefined],
    ['Correction added Nov. 18, 2025: The bridge opened in 1931.', '2025-11-18'],
    ['Correction (3 May 2026): The bridge opened in 1931.', '2026-05-03'],
    ['CORRECTION — May 3, 2026: The bridge opened in 1931, not 1913.', '2026-05-03'],
    ['Clarification: The region and the port pay in equal parts.', undefined],
    ['• This article was amended on 3 May 2026 to correct the name of the engineer.', '2026-05-03'],
    ['This story has been corrected to show that the engineer is called Pell.', undefined],
    ['This article has been updated to correct the name of the foundry.', undefined],
    ['An earlier version of this article misstated the year.', undefined],
    ['A correction was made on May 3, 2026: An earlier version misspelled the name of the engineer.', '2026-05-03'],
    ['Because of an editing error, a previous version of this story gave the wrong year.', undefined],
    ['Korrektur: In einer früheren Fassung dieses Artikels hieß es, die Brücke sei 1913 eröffnet worden.', undefined],
    ['In einer früheren Version dieses Artikels hieß es, die Brücke sei 1913 eröffnet worden.', undefined],
    ['Berichtigung vom 3. Mai 2026: Die Brücke wurde 1931 eröffnet.', '2026-05-03'],
    ['Rectificatif : le pont a été ouvert en 1931 et non en 1913.', undefined],
    ['Une première version de cet article donnait une date erronée.', undefined],
    ['Corrección: el puente se abrió en 1931 y no en 1913.', undefined],
    ['Fe de erratas: el puente se abrió en 1931 y no en 1913.', undefined],
    ['Una versión anterior de este artículo daba un año equivocado.', undefined],
    ['Errata corrige: il ponte fu aperto nel 1931, non nel 1913.', undefined],
    ['In una precedente versione di questo articolo l’anno era sbagliato.', undefined],
    ['Correção: a ponte foi inaugurada em 1931, e não em 1913.', undefined],
    ['Uma versão anterior deste texto trazia o ano errado.', undefined],
    ['Correctie: de brug werd in 1931 geopend en niet in 1913.', undefined],
    ['In een eerdere versie van dit artikel stond een verkeerd jaartal.', undefined],
    ['Rättelse: Bron invigdes 1931 och inte 1913.', undefined],
    ['I en tidigare version av artikeln angavs fel årtal för bron.', undefined],
    ['Rettelse: I en tidligere version af artiklen stod der et forkert årstal.', undefined],
    ['Oikaisu: Silta avattiin vuonna 1931, ei vuonna 1913.', undefined],
    ['Sprostowanie: most otwarto w 1931 roku, a nie w 1913 roku.', undefined],
    ['Исправление: мост был открыт в 1931 году, а не в 1913.', undefined],
    ['В предыдущей версии статьи был указан неверный год.', undefined],
    ['訂正：橋の開通年は1913年ではなく1931年でした。', undefined],
  ])('%s', (text, day) => {
    const found = articleOf({ end: `<p><em>${text}</em></p>` });
    expect(found.corrections).toEqual([{ text, ...(day !== undefined && { date: `${day}T00:00:00Z` }) }]);
    expect(found.text).not.toContain(text);
    expect(found.html).not.toContain(text);
  });

  it.each<[string, Parts]>([
    ['above the text', { above: `<p>Correction: ${NOTE}</p>` }],
    ['in the middle of it', { middle: `<p>Correction: ${NOTE}</p>` }],
    ['in a box below the text', { end: `<div class="correction"><strong>Correction:</strong> ${NOTE}</div>` }],
    ['below the article', { below: `<aside class="article-notes"><p>Correction: ${NOTE}</p></aside>` }],
  ])('%s', (_, parts) => {
    const found = articleOf(parts);
    expect(found.corrections).toEqual([{ text: `Correction: ${NOTE}` }]);
    expect(found.text).toBe([...PARAGRAPHS, CLOSING].join('\n\n'));
  });

  it('under a heading of its own, which goes with it', () => {
    const found = articleOf({ end: `<div class="note"><h3>Correction</h3><p>${NOTE}</p></div>` });
    expect(found.corrections).toEqual([{ text: NOTE }]);
    expect(found.text).toBe([...PARAGRAPHS, CLOSING].join('\n\n'));
  });

  it('several, and once where the metadata say the same', () => {
    const other = 'Correction: The engineer is called Pell, not Bell.';
    const found = articleOf({
      jsonLd: article({ '@type': 'CorrectionComment', text: NOTE, datePublished: '2026-05-03T10:00:00Z' }),
      end: `<p>Correction, 3 May 2026: ${NOTE}</p><p>${other}</p>`,
    });
    expect(found.corrections).toEqual([{ text: NOTE, date: '2026-05-03T10:00:00Z' }, { text: other }]);
  });
});

describe('no correction is', () => {
  it.each<[string, Parts]>([
    [
      'a market',
      { middle: '<p>Market correction: shares of bridge builders fell by a tenth in a single week of trading.</p>' },
    ],
    [
      'a fall called so',
      {
        middle: '<p>Correction territory: a fall of a tenth from the last high is what brokers call by that name.</p>',
      },
    ],
    [
      'a definition',
      { middle: '<p>Correction: the word that brokers use for a fall of a tenth from the last high of an index.</p>' },
    ],
    [
      'a prison',
      {
        above:
          '<p>Corrections officers at the county jail had asked for a bridge of their own since the last flood.</p>',
      },
    ],
    [
      'a department',
      { end: '<p>Corrections Department spokesman Ian Hale said: the wrong bridge had been closed for a day.</p>' },
    ],
    [
      'a link to the policy',
      { end: '<p><a href="/corrections">Corrections: our policy and all errors that we made this year</a></p>' },
    ],
    [
      'an invitation to report errors',
      { end: '<p>Correction: If you spot an error in this article, tell the desk and we will look at it.</p>' },
    ],
    [
      'the policy itself',
      { below: '<p>Corrections: We correct errors quickly. Read our corrections policy to learn how it is done.</p>' },
    ],
    [
      'an update',
      { end: '<p>This article was updated on 3 May 2026 to include a statement of the port authority.</p>' },
    ],
    [
      'a bill',
      {
        middle:
          '<p>An earlier version of this bill had been rejected by the council because of an error in its second part.</p>',
      },
    ],
    [
      'a text about a newspaper',
      {
        title: 'Newspaper prints its longest correction yet',
        middle:
          '<p>The correction filled two columns and said that nearly every figure in the article had been wrong.</p>',
      },
    ],
    [
      'a quotation',
      {
        middle:
          '<p>“Correction: it was the wrong bridge,” the mayor said with a laugh when he was asked about his error.</p>',
      },
    ],
    [
      'a reader’s comment',
      {
        below:
          '<section id="comments" class="comments"><div class="comment"><p>Correction: the bridge in the article opened in 1931, the reporter is wrong.</p></div></section>',
      },
    ],
    [
      'a teaser',
      {
        below:
          '<div class="related"><p><a href="/x">Correction: an earlier version of this article about ferries was wrong</a></p></div>',
      },
    ],
    [
      'eye surgery',
      {
        middle:
          '<p>Correction of short sight by laser costs less than a pair of good glasses, the clinic at the bridge says.</p>',
      },
    ],
  ])('%s', (_, parts) => {
    expect(articleOf(parts).corrections).toBeUndefined();
  });
});
