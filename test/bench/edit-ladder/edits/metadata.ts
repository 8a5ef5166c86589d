import type { Anchored } from '../anchors.ts';
import type { Edit } from '../change.ts';
import { mapText } from '../markup.ts';
import { phrasesOf, replaceEverywhere, reword } from '../phrases.ts';

/** What the page states as its description, each a place in the source. */
function descriptionsOf(html: string): { start: number; end: number }[] {
  const metas = html.matchAll(/<meta\s[^>]*?(?:name|property)\s*=\s*["'](?:og:|twitter:)?description["'][^>]*>/gi);
  const inMeta = [...metas].flatMap((meta) => {
    const content = /content\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(meta[0]);
    if (content === null) return [];
    const value = content[1] ?? content[2]!;
    const start = meta.index + content.index + content[0].length - value.length - 1;
    return [{ start, end: start + value.length }];
  });
  return inMeta;
}

function titlePhrases(page: Anchored): string[] {
  return page.heading === undefined ? [] : phrasesOf(page.html, page.heading);
}

/** Names as bylines write them: nothing in them is spelled in more than one way. */
const NAME = /^[\p{L}.'-]+(?: [\p{L}.'-]+){1,3}$/u;

function signer({ authors, html, places }: Anchored): string | undefined {
  return authors.find(
    (name) => NAME.test(name) && html.includes(name) && !places.some(({ text }) => text.includes(name)),
  );
}

export const metadata: readonly Edit[] = [
  {
    name: 'the headline',
    field: 'headline',
    apply: (page, chance) => {
      const [phrase] = titlePhrases(page);
      return phrase === undefined
        ? undefined
        : { html: replaceEverywhere(page.html, phrase, reword(phrase, chance)), took: phrase };
    },
  },
  {
    name: 'the headline, in the page alone',
    field: 'headline',
    apply: (page, chance) => {
      const [phrase] = titlePhrases(page);
      if (phrase === undefined) return undefined;
      const { start, end } = page.heading!;
      return {
        html: mapText(page.html, start, end, (text) => text.replace(phrase, reword(phrase, chance))),
        took: phrase,
      };
    },
  },
  {
    name: 'the byline',
    field: 'by',
    apply: (page) => {
      const name = signer(page);
      return name === undefined ? undefined : { html: replaceEverywhere(page.html, name, 'Ida Fenwick'), took: name };
    },
  },
  {
    name: 'a second author',
    field: 'by',
    apply: (page) => {
      const name = signer(page);
      if (name === undefined) return undefined;
      return { html: replaceEverywhere(page.html, name, `${name} and Ida Fenwick`), took: name };
    },
  },
  {
    name: 'the description',
    field: 'description',
    apply: (page, chance) => {
      const places = descriptionsOf(page.html);
      const phrases = places.flatMap((place) => phrasesOf(page.html, place).slice(0, 1));
      if (phrases.length < places.length || phrases.length === 0) return undefined;
      const html = [...new Set(phrases)].reduce(
        (source, phrase) => replaceEverywhere(source, phrase, reword(phrase, chance)),
        page.html,
      );
      return { html, took: phrases };
    },
  },
];
