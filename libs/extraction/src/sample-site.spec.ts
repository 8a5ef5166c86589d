import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Block, ExtractedArticle } from './article.js';
import { extractArticle } from './extract-article.js';

/** The sample newspaper of the standalone app: pages as differently made as those of the web, each with what is true of it. */
const SAMPLE = join(import.meta.dirname, '../../../apps/standalone/sample');
const ORIGIN = 'https://courier.example';

interface Picture {
  file: string;
  caption?: string;
  credit?: string;
}

interface Expected {
  title: string;
  authors: string[];
  published: string;
  modified?: string;
  language: string;
  free?: boolean;
  corrections?: string[];
  paragraphs: string[];
  subheads?: string[];
  tables?: string[][][];
  images: Picture[];
}

const expected = JSON.parse(readFileSync(join(SAMPLE, 'expected.json'), 'utf8')) as Record<
  string,
  Expected | { rejected: true }
>;

/** The page as the fetcher would hand it over: in the encoding that its meta element names, with its own address in it. */
function read(path: string): { html: string; url: string } {
  const bytes = readFileSync(join(SAMPLE, path));
  const encoding = /charset=["']?([\w-]+)/i.exec(bytes.toString('latin1'))?.[1] ?? 'utf-8';
  return { html: new TextDecoder(encoding).decode(bytes).replaceAll('{{origin}}', ORIGIN), url: `${ORIGIN}${path}` };
}

function articleAt(path: string): ExtractedArticle {
  const found = extractArticle(read(path));
  if (!found.ok) throw new Error(`${found.reason}: ${found.detail}`);
  return found.article;
}

const plain = (runs: readonly { text: string }[]): string => runs.map(({ text }) => text).join('');
const key = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The story's own paragraphs: list entries and quoted paragraphs count, headings and tables do not. */
function paragraphsOf(block: Block): string[] {
  switch (block.kind) {
    case 'paragraph':
      return [plain(block.runs)];
    case 'list':
      return block.items.map(({ runs }) => plain(runs));
    case 'quote':
      return block.paragraphs.map(plain);
    default:
      return [];
  }
}

const articles = Object.entries(expected).flatMap(([path, page]) => ('rejected' in page ? [] : [{ path, page }]));

describe.each(articles)('$path', ({ path, page }) => {
  const article = articleAt(path);

  it('has the title, the authors and the times', () => {
    expect(article.title).toBe(page.title);
    expect(article.authors.map(({ name }) => name)).toEqual(page.authors);
    expect(Date.parse(article.published?.iso ?? '')).toBe(Date.parse(page.published));
    if (page.modified !== undefined) expect(Date.parse(article.modified?.iso ?? '')).toBe(Date.parse(page.modified));
    // What the page does not declare is for language detection to find.
    const declared = / lang=/.test(read(path).html);
    expect(article.language?.split('-')[0]).toBe(declared ? page.language : undefined);
  });

  it('has the paragraphs of the story, in order, and nothing else', () => {
    const [opening = '', ...rest] = article.blocks.flatMap(paragraphsOf).map(key);
    // A stand-first that the page shows above the story opens the text.
    const standfirst = opening.replace(/\.$/, '') === article.description?.replace(/\.$/, '');
    expect(standfirst ? rest : [opening, ...rest]).toEqual(page.paragraphs);
  });

  it('has the subheads and tables', () => {
    const subheads = article.blocks.flatMap((block) => (block.kind === 'heading' ? [plain(block.runs)] : []));
    const tables = article.blocks.flatMap((block) =>
      block.kind === 'table' ? [block.rows.map((row) => row.map(({ runs }) => plain(runs)))] : [],
    );
    expect(subheads).toEqual(page.subheads ?? []);
    expect(tables).toEqual(page.tables ?? []);
  });

  it('has the pictures in the order of the page, with caption and credit', () => {
    const pictures = article.images.map(({ url, caption, credit }): Picture => ({
      file: new URL(url).pathname,
      ...(caption !== undefined && { caption }),
      ...(credit !== undefined && { credit }),
    }));
    expect(pictures).toEqual(page.images);
    const { caption, credit } = page.images[0]!;
    expect([article.leadImage?.caption, article.leadImage?.credit]).toEqual([caption, credit]);
  });

  it('has no caption in the text', () => {
    const lines = new Set(article.text.split('\n').map(key));
    expect(page.images.filter(({ caption }) => caption !== undefined && lines.has(caption))).toEqual([]);
  });

  it('has what the publisher says of it', () => {
    if (page.free !== undefined) expect(article.access.free).toBe(page.free);
    expect(article.corrections?.map(({ text }) => text)).toEqual(page.corrections);
  });
});

const rejected = Object.keys(expected).filter((path) => 'rejected' in expected[path]!);

describe('pages that hold no article', () => {
  it.each([...rejected, '/index.html'])('%s', (path) => {
    expect(extractArticle(read(path))).toMatchObject({ ok: false });
  });
});
