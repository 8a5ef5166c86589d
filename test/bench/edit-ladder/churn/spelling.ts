import { insertAt, type Anchored } from '../anchors.ts';
import type { Churn } from '../change.ts';
import { mapText } from '../markup.ts';

/** Rewrites the text of the article's paragraphs, last one first so that the places before it hold. */
function mapParagraphs({ html, places }: Anchored, map: (text: string) => string): string {
  return [...places].reverse().reduce((source, { start, end }) => mapText(source, start, end, map), html);
}

const NAMED: Readonly<Record<string, string>> = {
  ...{
    '“': '&ldquo;',
    '”': '&rdquo;',
    '‘': '&lsquo;',
    '’': '&rsquo;',
    '–': '&ndash;',
    '—': '&mdash;',
    '…': '&hellip;',
  },
  ...{ '"': '&quot;', "'": '&#39;', é: '&eacute;', '£': '&pound;', '€': '&euro;', '«': '&laquo;', '»': '&raquo;' },
};

export const spelling: readonly Churn[] = [
  {
    name: 'white space',
    visit: (page, chance) =>
      mapParagraphs(page, (text) =>
        text.replace(/ /g, () => (chance.below(6) === 0 ? chance.pick(['\n      ', '  ', '\t', ' \n']) : ' ')),
      ),
  },
  {
    name: 'spelling of character references',
    visit: (page, chance) =>
      mapParagraphs(page, (text) =>
        text.replace(/[^\x20-\x7e]|["']/g, (sign) => {
          const number =
            sign.length === 1
              ? `&#${chance.below(2) === 0 ? sign.charCodeAt(0) : `x${sign.charCodeAt(0).toString(16)}`};`
              : sign;
          return chance.below(2) === 0 ? (NAMED[sign] ?? number) : number;
        }),
      ),
  },
  {
    name: 'unbreakable spaces',
    visit: (page, chance) =>
      mapParagraphs(page, (text) =>
        text.replace(/(?<=\d) (?=\p{L})|(?<=\s\p{L}) (?=\p{L})/gu, () =>
          chance.pick(['&nbsp;', '\u00a0', '\u202f', ' ']),
        ),
      ),
  },
  {
    name: 'soft hyphens and zero-width signs',
    visit: (page, chance) =>
      mapParagraphs(page, (text) =>
        text.replace(/(?<=[a-zà-ÿ]{4})(?=[a-zà-ÿ]{4})/g, () =>
          chance.below(8) === 0 ? chance.pick(['&shy;', '\u00ad', '\u200b', '<wbr>']) : '',
        ),
      ),
  },
  {
    name: 'decomposed accents',
    visit: (page) => mapParagraphs(page, (text) => text.normalize('NFD')),
  },
  {
    name: 'typographic quotation marks and dashes',
    visit: (page, chance) => {
      const straight = chance.below(2) === 0;
      return mapParagraphs(page, (text) =>
        straight
          ? text
              .replace(/[“”„]|&[lr]dquo;/g, '"')
              .replace(/[‘’]|&[lr]squo;/g, "'")
              .replace(/…|&hellip;/g, '...')
          : text
              .replace(/(?<=\p{L})'(?=\p{L})/gu, '’')
              .replace(/"(?=\p{L})/gu, '“')
              .replace(/(?<=[\p{L}.,!?])"/gu, '”'),
      );
    },
  },
  {
    name: 'markup inside paragraphs',
    visit: (page, chance) => {
      const place = page.places[Math.min(1, page.places.length - 1)]!;
      const source = page.html.slice(place.start, place.end);
      const words = /^([^<&]{0,60}\s)([^\s<&]{4,20})(?=\s)/.exec(source);
      if (words === null) return page.html;
      const from = place.start + words[1]!.length;
      const closed = insertAt(page.html, from + words[2]!.length, '</span>');
      return insertAt(closed, from, `<span data-term="${chance.hex(4)}">`);
    },
  },
];
