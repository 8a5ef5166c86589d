import { insertAt, type Anchored } from '../anchors.ts';
import type { Edit, Edited } from '../change.ts';
import { keyOf, type Block } from '../markup.ts';
import { phrasesOf, replaceEverywhere, reword } from '../phrases.ts';

const SENTENCES = [
  'The harbour authority confirmed the figure late on Thursday.',
  'A second hearing is set for the spring.',
  'Nobody was hurt, the fire service said afterwards.',
];

/** A phrase that stands in one paragraph of the article alone, with a change made to it wherever it stands. */
function rephrase(page: Anchored, places: readonly Block[], change: (phrase: string) => string): Edited | undefined {
  for (const place of places) {
    for (const phrase of phrasesOf(page.html, place)) {
      const key = keyOf(phrase);
      if (page.places.filter(({ text }) => keyOf(text).includes(key)).length !== 1) continue;
      if (keyOf(page.title).includes(key)) continue;
      return { html: replaceEverywhere(page.html, phrase, change(phrase)), took: phrase };
    }
  }
  return undefined;
}

/** The paragraphs from a part of the article on: 0 is its first, 1 its last. */
function from({ places }: Anchored, part: number): Block[] {
  const first = Math.round(part * (places.length - 1));
  return [...places.slice(first), ...places.slice(0, first)];
}

const wording = (name: string, part: number): Edit => ({
  name,
  field: 'body',
  apply: (page, chance) => rephrase(page, from(page, part), (phrase) => reword(phrase, chance)),
});

/** The source of the first paragraph from the middle on in which a pattern stands, outside of tags. */
function match(page: Anchored, pattern: RegExp): RegExpExecArray | undefined {
  for (const { start, end, text } of from(page, 0.4)) {
    const found = pattern.exec(page.html.slice(start, end));
    if (found !== null && page.places.filter((other) => other.text === text).length === 1) return found;
  }
  return undefined;
}

const SENTENCE = /(?<=[.!?] )\p{Lu}[^<>&"“”„«»\\.!?]{25,220}[.!?](?= |$)/u;
const QUOTED = /(?<=[“„«"](?:[^<>&“”„«»"\\]{0,80}[\s,])?)(\p{L}{3,} \p{L}+ \p{L}{3,})(?=[^<>&“”„«»"\\]{0,200}[”“»"])/u;

export const text: readonly Edit[] = [
  wording('a word of the first paragraph', 0),
  wording('a word in the middle', 0.5),
  wording('a word of the last paragraph', 1),
  {
    name: 'a word put in',
    field: 'body',
    apply: (page) => rephrase(page, from(page, 0.3), (phrase) => putInto(phrase)),
  },
  {
    name: 'a number',
    field: 'body',
    apply: (page) => {
      const found = match(page, /(?<=\p{L}{2,} )(?<![#&])\d{1,4}(?= \p{L}{3,} \p{L}{2,})/u);
      if (found === undefined) return undefined;
      const around = withWordsAround(found);
      const number = found[0];
      return {
        html: replaceEverywhere(page.html, around, around.replace(number, String(Number(number) + 3))),
        took: around,
      };
    },
  },
  {
    name: 'a sentence added',
    field: 'body',
    apply: (page, chance) => {
      const found = match(page, /\p{L}+(?: [\p{L}\p{N}]+){3,8}[.!?](?=\s|$)/u);
      if (found === undefined) return undefined;
      return { html: replaceEverywhere(page.html, found[0], `${found[0]} ${chance.pick(SENTENCES)}`) };
    },
  },
  {
    name: 'a sentence taken out',
    field: 'body',
    apply: (page) => {
      const found = match(page, SENTENCE);
      return found && { html: replaceEverywhere(page.html, found[0], ''), took: found[0] };
    },
  },
  {
    name: 'words of a quotation',
    field: 'body',
    apply: (page, chance) => {
      const found = match(page, QUOTED);
      return found && { html: replaceEverywhere(page.html, found[0], reword(found[0], chance)), took: found[0] };
    },
  },
  {
    name: 'a capital letter',
    field: 'body',
    apply: (page) =>
      rephrase(page, from(page, 0.6), (phrase) =>
        phrase.replace(/(?<= )\p{Ll}(?=\p{L}{3})/u, (sign) => sign.toUpperCase()),
      ),
  },
  {
    name: 'a paragraph taken out',
    field: 'body',
    apply: (page) => {
      for (const place of from(page, 0.5).filter(({ name }) => name !== '')) {
        const [phrase] = phrasesOf(page.html, place);
        if (phrase === undefined) continue;
        const cut = page.html.slice(0, place.outerStart) + page.html.slice(place.outerEnd);
        const html = replaceEverywhere(cut, place.text, '');
        // A copy that the page draws from, spelled in another way, would still be the article's.
        if (!html.includes(phrase)) return { html, took: place.text };
      }
      return undefined;
    },
  },
  {
    name: 'a paragraph added',
    field: 'body',
    apply: (page, chance) => {
      const place = from(page, 0.5).find(({ name }) => name === 'p');
      if (place === undefined) return undefined;
      const added = `${chance.pick(SENTENCES)} The council had earlier refused to name the company, saying that the talks were at an early stage.`;
      const html = insertAt(page.html, place.outerEnd, `<p>${added}</p>`);
      // The JSON copy of the text, where there is one, grows by the same words; one spelled in another way would lag behind.
      const stated = JSON.stringify(place.text).slice(1, -1);
      const grown = html.replaceAll(stated, (copy, at: number) =>
        at > place.start && at < place.end ? copy : `${copy}\\n${added}`,
      );
      const [phrase] = phrasesOf(page.html, place);
      const copies = phrase === undefined ? 0 : page.html.split(phrase).length - 2;
      return grown === html && copies > 0 ? undefined : { html: grown };
    },
  },
  {
    name: 'first and second paragraph swapped',
    field: 'body',
    apply: ({ html, places: [first, second] }) => {
      if (first!.name !== second!.name || first!.outerEnd > second!.outerStart) return undefined;
      const [one, between, two] = [
        html.slice(first!.outerStart, first!.outerEnd),
        html.slice(first!.outerEnd, second!.outerStart),
        html.slice(second!.outerStart, second!.outerEnd),
      ];
      return { html: html.slice(0, first!.outerStart) + two + between + one + html.slice(second!.outerEnd) };
    },
  },
  {
    name: 'a subhead',
    field: 'body',
    apply: (page, chance) => {
      const known = new Set(page.paragraphs.map(keyOf));
      const [start, end] = [page.places[0]!.start, page.places.at(-1)!.end];
      const heads = page.lines.filter(
        (line) => /^h[2-4]$/.test(line.name) && line.start > start && line.end < end && known.has(keyOf(line.text)),
      );
      for (const head of heads) {
        const [phrase] = phrasesOf(page.html, head);
        if (phrase) return { html: replaceEverywhere(page.html, phrase, reword(phrase, chance)), took: phrase };
      }
      return undefined;
    },
  },
];

function putInto(phrase: string): string {
  const words = phrase.split(' ');
  if (words.length === 1) return `${phrase.slice(0, 4)}不${phrase.slice(4)}`;
  return [words[0], 'hardly', ...words.slice(1)].join(' ');
}

/** A number with the word before and the words after it, so that it is found again in every copy of the text. */
function withWordsAround({ input, index, 0: number }: RegExpExecArray): string {
  const before = /\p{L}+ $/u.exec(input.slice(Math.max(0, index - 30), index))?.[0] ?? '';
  const after = /^ \p{L}+ \p{L}+/u.exec(input.slice(index + number.length, index + number.length + 60))?.[0] ?? '';
  return `${before}${number}${after}`;
}
