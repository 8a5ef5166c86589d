import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type ArticleRecord, mainHeadline, plainBody } from '@newsmill/contracts';
import { createOutbound, OutboundError } from '@newsmill/outbound';
import { decodePage } from '@newsmill/web';
import { z } from 'zod';
import { CommandError } from './commands/command-error.js';
import { recordOf } from './record-of.js';

const line = z.object({ id: z.unknown(), url: z.url(), html: z.string() });

interface Page {
  html: string;
  url: string;
}

/**
 * The record of a page.
 * @param page file, http(s) URL, or `-` for standard input
 * @throws CommandError when it cannot be read, or holds no article (exit code 3)
 */
export async function extractPage(
  page: string | undefined,
  options: { url?: string; allow?: readonly string[] },
): Promise<ArticleRecord> {
  if (page === undefined) throw new CommandError('name a file, a URL or -, or use --ndjson', 2);
  const { html, url } = /^https?:\/\//i.test(page)
    ? await fetchPage(page, options.allow ?? [])
    : await readPage(page, options.url ?? 'https://page.example/');
  const found = recordOf(html, url, new Date());
  if ('reason' in found) throw new CommandError(found.reason, 3);
  return found.record;
}

/** One line out for each line in, as it comes; waits for a slow reader. */
export async function extractLines(input: Readable, output: Writable): Promise<void> {
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    if (text.trim() === '') continue;
    if (!output.write(`${JSON.stringify(extractLine(text))}\n`)) {
      await new Promise((resolve) => output.once('drain', resolve));
    }
  }
}

async function readPage(page: string, url: string): Promise<Page> {
  if (!URL.canParse(url)) throw new CommandError(`--url "${url}" is not an absolute address`, 2);
  const bytes = page === '-' ? await readAll(process.stdin) : await readWhole(page);
  return { html: decodePage(bytes).text, url };
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CommandError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function readAll(input: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function fetchPage(url: string, allow: readonly string[]): Promise<Page> {
  const outbound = createOutbound({ userAgent: 'newsmill-extract/0.1 (+https://newsmill.example/bot)', allow });
  try {
    const resource = await outbound.fetchPage(url);
    if (resource.status !== 200) throw new CommandError(`HTTP status ${resource.status} (${resource.url})`);
    return { html: decodePage(resource.body, resource.contentType).text, url: resource.url };
  } catch (error) {
    if (error instanceof OutboundError) throw new CommandError(error.message);
    throw error;
  } finally {
    await outbound.close();
  }
}

function extractLine(text: string): { id: unknown; article: object | null; reason?: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { id: null, article: null, reason: `not JSON: ${(error as Error).message}` };
  }
  const read = line.safeParse(data);
  if (!read.success) {
    const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : null;
    const [issue] = read.error.issues;
    return { id, article: null, reason: `${issue?.path.join('.') || 'line'}: ${issue?.message}` };
  }
  const { id, url, html } = read.data;
  try {
    const found = recordOf(html, url, new Date());
    return 'reason' in found ? { id, article: null, reason: found.reason } : { id, article: summarise(found.record) };
  } catch (error) {
    return { id, article: null, reason: `extractor failed: ${(error as Error).message}` };
  }
}

function summarise(record: ArticleRecord): object {
  const described = (image: NonNullable<ArticleRecord['associations']>[number], role: string): string | undefined =>
    image.descriptions?.find((description) => description.role === role)?.value;
  return {
    title: mainHeadline(record),
    authors: (record.people ?? []).filter(({ rel }) => rel === 'author').map(({ name }) => name),
    datePublished: record.x.dates.published,
    articleBody: plainBody(record),
    images: (record.associations ?? []).map((image) => ({
      url: image.renditions?.[0]?.href ?? image.uri,
      caption: described(image, 'caption'),
      credit: image.by,
      alt: described(image, 'alt'),
      width: image.renditions?.[0]?.width,
      height: image.renditions?.[0]?.height,
    })),
    language: record.language,
  };
}
