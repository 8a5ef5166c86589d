import type { Anchored } from '../anchors.ts';
import type { Edit } from '../edits.ts';
import { keyOf } from '../markup.ts';
import { phrasesOf, replaceEverywhere, reword } from '../phrases.ts';

/** The part of a picture's address that tells it from others: its file's name without extension and size. */
function stemOf(url: string): string | undefined {
  const path = url.split(/[?#]/, 1)[0]!;
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w{3,4}$/, '');
  const stem = file.replace(/[-_]\d{2,4}x\d{2,4}$/, '');
  return /^[\w%.~-]{5,150}$/.test(stem) && /\w{4}/.test(stem) ? stem : undefined;
}

function replacePicture({ html }: Anchored, url: string | undefined): { html: string } | undefined {
  const stem = url === undefined ? undefined : stemOf(url);
  return stem === undefined || !html.includes(stem) ? undefined : { html: html.replaceAll(stem, 'quay-at-dawn-88214') };
}

const presented = (html: string): string | undefined =>
  /<meta\s[^>]*property="og:image"[^>]*content="([^"]+)"/i.exec(html)?.[1] ??
  /<meta\s[^>]*content="([^"]+)"[^>]*property="og:image"/i.exec(html)?.[1];

/** Words of a line that stand in the page on their own, told by the whole line. */
function rewordLine(page: Anchored, line: string | undefined, next: (phrase: string) => string): { html: string; took: string } | undefined {
  if (line === undefined) return undefined;
  const key = keyOf(line);
  const place = page.lines.find(({ text }) => keyOf(text).includes(key));
  if (place === undefined || page.places.includes(place)) return undefined;
  const phrase = phrasesOf(page.html, place).find((one) => key.includes(keyOf(one)));
  return phrase === undefined ? undefined : { html: replaceEverywhere(page.html, phrase, next(phrase)), took: phrase };
}

export const pictureEdits: readonly Edit[] = [
  {
    name: 'the lead picture',
    field: 'images',
    apply: (page) => replacePicture(page, presented(page.html) ?? page.images[0]?.url),
  },
  {
    name: 'another picture',
    field: 'images',
    apply: (page) => {
      const lead = stemOf(presented(page.html) ?? page.images[0]?.url ?? '');
      return replacePicture(page, page.images.map(({ url }) => url).findLast((url) => url !== undefined && stemOf(url) !== lead));
    },
  },
  {
    name: 'a caption',
    field: 'images',
    apply: (page, chance) =>
      rewordLine(page, page.images.find(({ caption }) => (caption?.length ?? 0) > 20)?.caption, (phrase) => reword(phrase, chance)),
  },
  {
    name: 'a credit',
    field: 'images',
    apply: (page, chance) => {
      const credit = page.images.find((image) => (image.credit?.length ?? 0) > 8)?.credit;
      return rewordLine(page, credit, (phrase) => reword(phrase, chance));
    },
  },
];
