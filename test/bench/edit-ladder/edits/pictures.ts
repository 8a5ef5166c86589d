import type { Anchored } from '../anchors.ts';
import type { Edit } from '../change.ts';
import { keyOf, mapTags } from '../markup.ts';
import { phrasesOf, replaceEverywhere, reword } from '../phrases.ts';

/** A number too long to be given twice, wherever it stands in the address. */
const NUMBERED = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|(?<![\da-z])[\da-f]{24,64}(?![\da-z])/i;

/** The part of a picture's address that tells it from others: a long number, else its file's name without size and version. */
function stemOf(url: string): string | undefined {
  const path = url.split(/[?#]/, 1)[0]!;
  const numbered = NUMBERED.exec(path)?.[0];
  if (numbered !== undefined) return numbered;
  const stem = path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.\w{3,4}$/, '')
    .replace(/^csm_|_[\da-f]{10}$/g, '')
    .replace(/[-_]\d{2,4}x\d{2,4}$/, '');
  return /^[\w%.~-]{5,150}$/.test(stem) && /[a-z]{4}|\d{5}/i.test(stem) ? stem : undefined;
}

const OTHER = '0b7f3c1e-5a42-4d0c-9e61-7c1d2f88a214';

/** Puts another file in the place of a picture, wherever the page names it; words of its text stay. */
function replacePicture({ html }: Anchored, url: string | undefined): { html: string } | undefined {
  const stem = url === undefined ? undefined : stemOf(url);
  if (stem === undefined) return undefined;
  // The versions of one picture may be called differently: all in its tag are replaced.
  const inTags = mapTags(html, (tag, name) =>
    name === 'img' && tag.includes(stem)
      ? tag.replace(FILE, (file) => `/${OTHER}${file.slice(file.lastIndexOf('.'))}`)
      : tag,
  );
  const parts = inTags.split(stem);
  const whole = parts.slice(1).reduce((source, part, i) => {
    const inAddress = /(?:[/_.=-]|%2F)$/i.test(parts[i]!) && /^[\w.~%-]*[.?/&"'\s]/.test(part);
    return source + (inAddress ? OTHER : stem) + part;
  }, parts[0]!);
  return whole === html ? undefined : { html: whole };
}

const FILE = /\/[\w%.~+-]{1,200}\.(?:jpe?g|png|webp|avif)(?![\w.])/gi;

const presented = (html: string): string | undefined =>
  /<meta\s[^>]*property="og:image"[^>]*content="([^"]+)"/i.exec(html)?.[1] ??
  /<meta\s[^>]*content="([^"]+)"[^>]*property="og:image"/i.exec(html)?.[1];

/** Words of a line that stand in the page on their own, told by the whole line. */
function rewordLine(
  page: Anchored,
  line: string | undefined,
  next: (phrase: string) => string,
): { html: string; took: string } | undefined {
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
    apply: (page) => replacePicture(page, page.images[0]?.url ?? presented(page.html)),
  },
  {
    name: 'another picture',
    field: 'images',
    apply: (page) => {
      const lead = stemOf(page.images[0]?.url ?? presented(page.html) ?? '');
      return replacePicture(
        page,
        page.images.map(({ url }) => url).findLast((url) => url !== undefined && stemOf(url) !== lead),
      );
    },
  },
  {
    name: 'a caption',
    field: 'images',
    apply: (page, chance) =>
      rewordLine(page, page.images.find(({ caption }) => (caption?.length ?? 0) > 20)?.caption, (phrase) =>
        reword(phrase, chance),
      ),
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
