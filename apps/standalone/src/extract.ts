import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type ArticleRecord, mainHeadline, plainBody } from '@newsmill/contracts';
import type { PublisherRules } from '@newsmill/extraction';
import { z } from 'zod';
import { CommandError } from './commands/command-error.js';
import { publisherRules, type RuleOptions } from './publisher-rules.js';
import { type PageOptions, readPage } from './read-page.js';
import { recordOf } from './record-of.js';

const line = z.object({ id: z.unknown(), url: z.url(), html: z.string() });

/**
 * The record of a page, or of a newsroom's document: ninjs, NewsML-G2, NewsML 1, NITF.
 * @param page file, http(s) URL, or `-` for standard input
 * @throws CommandError when it cannot be read, or holds no article (exit code 3)
 */
export async function extractPage(
  page: string | undefined,
  options: PageOptions & RuleOptions,
): Promise<ArticleRecord> {
  if (page === undefined) throw new CommandError('name a file, a URL or -, or use --ndjson', 2);
  const publishers = publisherRules(options);
  const { html, url, contentType } = await readPage(page, options);
  const found = recordOf(html, url, new Date(), publishers, contentType);
  if ('reason' in found) throw new CommandError(found.reason, 3);
  return found.record;
}

/** One line out for each line in, as it comes; waits for a slow reader. */
export async function extractLines(input: Readable, output: Writable, options: RuleOptions): Promise<void> {
  const publishers = publisherRules(options);
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    if (text.trim() === '') continue;
    if (!output.write(`${JSON.stringify(extractLine(text, publishers))}\n`)) {
      await new Promise((resolve) => output.once('drain', resolve));
    }
  }
}

function extractLine(
  text: string,
  publishers: PublisherRules | undefined,
): { id: unknown; article: object | null; reason?: string } {
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
    const found = recordOf(html, url, new Date(), publishers, 'text/html');
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
