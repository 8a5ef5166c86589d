import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type ArticleRecord, mainHeadline, plainBody } from '@newsmill/contracts';
import { createOutbound, OutboundError } from '@newsmill/outbound';
import { decodePage } from '@newsmill/web';
import { Command } from 'commander';
import { z } from 'zod';
import { recordOf } from '../record-of.js';
import { CommandError } from './command-error.js';

interface Options {
  ndjson?: boolean;
  url?: string;
  allow?: string[];
}

const line = z.object({ id: z.unknown(), url: z.url(), html: z.string() });

/** `newsmill extract <file|url|->` and `newsmill extract --ndjson` */
export function extractCommand(): Command {
  return new Command('extract')
    .description('print the record of a page; exits with 3 when it holds no article')
    .argument('[page]', 'file, http(s) URL, or - for standard input')
    .option('--url <url>', 'address of a page that comes from a file or standard input')
    .option('--allow <hosts...>', 'private hosts that may be fetched: host, host:port or CIDR')
    .option('--ndjson', 'read lines {id,url,html} from standard input, write a line for each, in order')
    .action(async (page: string | undefined, options: Options) => {
      if (options.ndjson) return extractLines();
      if (page === undefined) throw new CommandError('name a file, a URL or -, or use --ndjson', 2);
      const { html, url } = await readPage(page, options);
      const found = recordOf(html, url, new Date());
      if ('reason' in found) throw new CommandError(found.reason, 3);
      process.stdout.write(`${JSON.stringify(found.record, null, 2)}\n`);
    });
}

async function readPage(page: string, options: Options): Promise<{ html: string; url: string }> {
  if (/^https?:\/\//i.test(page)) return fetchPage(page, options.allow ?? []);
  const bytes =
    page === '-'
      ? await readAll()
      : await readFile(page).catch((error: unknown) => {
          throw new CommandError(`${page}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
        });
  return { html: decodePage(bytes).text, url: options.url ?? 'https://page.example/' };
}

async function fetchPage(url: string, allow: readonly string[]): Promise<{ html: string; url: string }> {
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

async function readAll(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** One line out for each line in, as it comes; waits for a slow reader. */
async function extractLines(): Promise<void> {
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (text.trim() === '') continue;
    if (!process.stdout.write(`${JSON.stringify(extractLine(text))}\n`)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
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
