import { afterParagraph, insertAt, type Anchored } from '../anchors.ts';
import type { Edit, Edited } from '../change.ts';

/** A correction as a newsroom of the page's language writes it at the foot of an article. */
const NOTES: Readonly<Record<string, string>> = {
  en: 'Correction: An earlier version of this article gave the wrong year for the opening of the bridge. It was 1931.',
  de: 'Korrektur: In einer früheren Fassung dieses Artikels hieß es, die Brücke sei 1913 eröffnet worden. Richtig ist 1931.',
  fr: 'Rectificatif : une première version de cet article donnait une date erronée. Le pont a été ouvert en 1931.',
  es: 'Corrección: una versión anterior de este artículo daba un año equivocado. El puente se abrió en 1931.',
  it: 'Errata corrige: in una versione precedente dell’articolo era indicato un anno sbagliato. Il ponte è del 1931.',
  pt: 'Correção: uma versão anterior deste texto trazia o ano errado. A ponte foi inaugurada em 1931.',
  nl: 'Correctie: in een eerdere versie van dit artikel stond een verkeerd jaartal. De brug is van 1931.',
  sv: 'Rättelse: i en tidigare version av artikeln angavs fel årtal. Bron invigdes 1931.',
  da: 'Rettelse: I en tidligere version af artiklen stod der et forkert årstal. Broen er fra 1931.',
  no: 'Rettelse: I en tidligere versjon av artikkelen sto det feil årstall. Broen er fra 1931.',
  pl: 'Sprostowanie: we wcześniejszej wersji artykułu podano błędny rok. Most otwarto w 1931 roku.',
  fi: 'Oikaisu: jutun aiemmassa versiossa oli väärä vuosiluku. Silta avattiin vuonna 1931.',
  ru: 'Исправление: в предыдущей версии статьи был указан неверный год. Мост открыт в 1931 году.',
  ja: '訂正：記事の以前の版で橋の開通年に誤りがありました。正しくは1931年です。',
};

function noteFor({ html }: Anchored): string {
  const language = /<html\b[^>]*\slang\s*=\s*["']?([a-z]{2})/i.exec(html)?.[1]?.toLowerCase() ?? 'en';
  return NOTES[language] ?? NOTES['en']!;
}

const ARTICLE_TYPE =
  /"@type"\s*:\s*(?:"(?:NewsArticle|Article|ReportageNewsArticle)"|\[[^\]]{0,80}"(?:News)?Article"[^\]]{0,40}\])\s*,/;

/** JSON-LD that the page adds to what it says of its article; a second property of the name would hide the first. */
function withProperty({ html, url, title }: Anchored, property: string): Edited | undefined {
  if (/"correction"\s*:/.test(html)) return undefined;
  const stated = html.replace(ARTICLE_TYPE, (type) => `${type}${property},`);
  if (stated !== html) return { html: stated };
  const headline = JSON.stringify(title).replaceAll('<', '\\u003c');
  const script = `<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","url":${JSON.stringify(url)},"headline":${headline},${property}}</script>`;
  return { html: html.replace(/<\/head>/i, (tag) => script + tag) };
}

export const corrections: readonly Edit[] = [
  {
    name: 'a correction at the end',
    field: 'corrections',
    apply: (page) => ({ html: insertAt(page.html, afterParagraph(page, 1), `<p><em>${noteFor(page)}</em></p>`) }),
  },
  {
    name: 'a correction in a box of its own',
    field: 'corrections',
    apply: (page) => {
      const [label, ...rest] = noteFor(page).split(/(?<=[:：])/u);
      const box = `<div class="correction"><strong>${label}</strong>${rest.join('')}</div>`;
      return { html: insertAt(page.html, afterParagraph(page, 1), box) };
    },
  },
  {
    name: 'a correction above the text',
    field: 'corrections',
    apply: (page) => ({ html: insertAt(page.html, page.places[0]!.outerStart, `<p>${noteFor(page)}</p>`) }),
  },
  {
    name: 'an amendment with its date',
    field: 'corrections',
    apply: (page) => ({
      html: insertAt(
        page.html,
        afterParagraph(page, 1),
        '<p>• This article was amended on 3 May 2026 to correct the name of the ship.</p>',
      ),
    }),
  },
  {
    name: 'correction in JSON-LD',
    field: 'corrections',
    apply: (page) =>
      withProperty(page, '"correction":"The name of the ship was misspelt in an earlier version of this article."'),
  },
  {
    name: 'CorrectionComment in JSON-LD',
    field: 'corrections',
    apply: (page) =>
      withProperty(
        page,
        '"correction":[{"@type":"CorrectionComment","text":"The name of the ship was misspelt in an earlier version of this article.","datePublished":"2026-05-03T10:00:00Z"}]',
      ),
  },
  {
    name: 'an editor’s note',
    field: 'edNote',
    apply: (page) => ({
      html: insertAt(
        page.html,
        afterParagraph(page, 1),
        '<p><em>Editor’s note: The author of this article has worked for the harbour authority until 2021.</em></p>',
      ),
    }),
  },
];
