import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publisherOf, readGold, readPage } from '../extraction/gold.ts';

/** A page and what is known to be its article. */
export interface KnownPage {
  id: string;
  url: string;
  html: string;
  title: string;
  paragraphs: readonly string[];
  authors: readonly string[];
  /** Pictures of the article, as far as they are known. */
  images: readonly KnownPicture[];
}

export interface KnownPicture {
  url?: string | undefined;
  caption?: string | undefined;
  credit?: string | undefined;
}

const ROOT = join(import.meta.dirname, '../../..');

interface ExpectedPage {
  rejected?: true;
  title: string;
  authors: string[];
  paragraphs: string[];
  images?: { file: string; caption?: string; credit?: string }[];
}

/** The articles that come with the project: the sample newspaper and the golden pages of the extraction. */
export function shippedPages(): KnownPage[] {
  return [...samplePages(), ...goldenPages()];
}

function samplePages(): KnownPage[] {
  const folder = join(ROOT, 'apps/standalone/sample');
  const origin = 'https://courier.example';
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, ExpectedPage>;
  return Object.entries(expected)
    .filter(([, { rejected }]) => !rejected)
    .map(([path, { title, authors, paragraphs, images = [] }]) => {
      const bytes = readFileSync(join(folder, path));
      const encoding = /charset=["']?([\w-]+)/i.exec(bytes.toString('latin1'))?.[1] ?? 'utf-8';
      const html = new TextDecoder(encoding).decode(bytes).replaceAll('{{origin}}', origin);
      return {
        id: path.slice(1),
        url: `${origin}${path}`,
        html,
        title,
        authors,
        paragraphs,
        images: images.map(({ file, ...said }) => ({ url: file, ...said })),
      };
    });
}

interface GoldenResult {
  ok: boolean;
  article: { title: string; text: string; authors: { name: string }[]; images: KnownPicture[] };
}

function goldenPages(): KnownPage[] {
  const folder = join(ROOT, 'libs/extraction/golden');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.html') && existsSync(join(folder, file.replace('.html', '.json'))))
    .flatMap((file): KnownPage[] => {
      const { ok, article } = JSON.parse(
        readFileSync(join(folder, file.replace('.html', '.json')), 'utf8'),
      ) as GoldenResult;
      if (!ok) return [];
      return [
        {
          id: `golden/${file}`,
          url: `https://www.example.com/news/${file}`,
          html: readFileSync(join(folder, file), 'utf8'),
          title: article.title,
          paragraphs: article.text.split(/\n+/),
          authors: article.authors.map(({ name }) => name),
          images: article.images,
        },
      ];
    });
}

/** Real pages of a folder with `gold.json`, one a publisher; those of `mozilla-readability-tests` are Readability's output and stay out. */
export function realPages(folder: string): KnownPage[] {
  const publishers = new Set<string>();
  return [...readGold(folder)].flatMap(([id, gold]): KnownPage[] => {
    const { url, source, title, authors = [], articleBody = '', paragraphs, images = [] } = gold;
    if (url === undefined || source.includes('readability') || articleBody === '' || !title) return [];
    const publisher = publisherOf(id, gold);
    if (publishers.has(publisher)) return [];
    publishers.add(publisher);
    const lines = (paragraphs ?? articleBody.split('\n')).map((line) => line.trim()).filter((line) => line !== '');
    return [
      {
        id,
        url,
        html: readPage(folder, id, gold).html,
        title,
        authors,
        paragraphs: lines,
        images: images.map(({ url: address, caption, authors: by }) => ({
          url: address,
          caption,
          credit: by?.join(', '),
        })),
      },
    ];
  });
}
