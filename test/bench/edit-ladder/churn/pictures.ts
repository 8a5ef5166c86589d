import type { Anchored } from '../anchors.ts';
import type { Churn } from '../change.ts';
import { mapTags } from '../markup.ts';

const PICTURE = /\.(?:jpe?g|png|webp|avif)$/i;
const URL_ATTRIBUTE = /(\s(?:src|data-src|href)\s*=\s*)("([^"]*)"|'([^']*)')/gi;

/** Rewrites the addresses of files in img tags. Sets of versions stay: they name sizes of their own. */
function mapImageUrls(html: string, map: (url: string) => string): string {
  return mapTags(html, (tag, name) => {
    if (name !== 'img') return tag;
    return tag.replace(URL_ATTRIBUTE, (whole, before: string, _quoted, double?: string, single?: string) => {
      const url = double ?? single ?? '';
      const path = url.split(/[?#]/, 1)[0]!;
      // A signed or templated address would be another file.
      if (!PICTURE.test(path) || /[{}]|[?&](?:sig|signature|token|s)=/i.test(url)) return whole;
      return `${before}"${map(url)}"`;
    });
  });
}

const withQuery = (url: string, query: string): string => `${url}${url.includes('?') ? '&amp;' : '?'}${query}`;

export const pictures: readonly Churn[] = [
  {
    name: 'tracking parameters in links',
    visit: (page, chance) =>
      mapTags(page.html, (tag, name) =>
        name !== 'a'
          ? tag
          : tag.replace(
              /(\shref\s*=\s*")(https?:[^"#]*|\/[^"#]*)(")/i,
              (_, before: string, url: string, after: string) =>
                `${before}${withQuery(url, `utm_source=page&amp;utm_content=${chance.hex(6)}`)}${after}`,
            ),
      ),
  },
  {
    name: 'tracking parameters in image addresses',
    visit: (page, chance) => {
      const stamp = chance.hex(8);
      return mapImageUrls(page.html, (url) => withQuery(url, `cb=${stamp}`));
    },
  },
  {
    name: 'image sizes in the query',
    visit: (page, chance) => {
      const width = chance.pick([320, 640, 960, 1280]);
      return mapImageUrls(page.html, (url) =>
        withQuery(url, `width=${width}&amp;quality=${chance.between(60, 90)}&amp;auto=webp`),
      );
    },
  },
  {
    name: 'image sizes in the file name',
    visit: (page, chance) => {
      const width = chance.pick([300, 768, 1024, 1536]);
      return mapImageUrls(page.html, (url) =>
        url.replace(
          /(?:-\d{2,4}x\d{2,4})?(\.(?:jpe?g|png|webp|avif))(?=$|\?)/i,
          `-${width}x${Math.round(width * 0.66)}$1`,
        ),
      );
    },
  },
  {
    name: 'image host',
    visit: (page, chance) => {
      const host = `img${chance.between(1, 9)}.cdn.example.net`;
      return mapImageUrls(page.html, (url) => {
        const full = URL.parse(url.replaceAll('&amp;', '&'), page.url);
        return full === null ? url : `https://${host}${full.pathname}${full.search}`.replaceAll('&', '&amp;');
      });
    },
  },
  {
    name: 'resizing service',
    visit: (page, chance) => {
      const width = chance.pick([480, 800, 1200]);
      return mapImageUrls(page.html, (url) => {
        const full = URL.parse(url.replaceAll('&amp;', '&'), page.url);
        if (full === null || full.search !== '') return url;
        return `https://resize.example.net/fit/${width}x0/${full.href}`;
      });
    },
  },
  {
    name: 'lazy-loading placeholders',
    visit: (page, chance) => lazy(page, chance.below(2)),
  },
];

/** The address moves to the attribute that a loader reads, and a placeholder takes its place. */
function lazy({ html }: Anchored, kind: number): string {
  const blank = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
  return mapTags(html, (tag, name) => {
    if (name !== 'img' || /\sdata-[\w-]*src/i.test(tag) || /\ssrcset\s*=/i.test(tag)) return tag;
    return tag.replace(/\ssrc\s*=\s*("[^"]*"|'[^']*')/i, (_, url: string) =>
      kind === 0
        ? ` src="${blank}" data-src=${url} loading="lazy"`
        : ` data-lazy-src=${url} class-lazy decoding="async"`,
    );
  });
}
