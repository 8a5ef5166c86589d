import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createOutbound, OutboundError } from '@newsmill/outbound';
import { decodePage } from '@newsmill/web';
import { CommandError } from './commands/command-error.js';
import { NO_ADDRESS } from './no-address.js';

/** A page or document as text, and the address that it came from. */
export interface Page {
  html: string;
  url: string;
  /** The Content-Type that it was served with. */
  contentType?: string | undefined;
}

export interface PageOptions {
  /** Address of a page that comes from a file or standard input. */
  url?: string;
  /** Private hosts that may be fetched: host, host:port or CIDR. */
  allow?: readonly string[];
}

/**
 * Reads a page for a command, fetching it as the fetcher does.
 * @param page file, http(s) URL, or `-` for standard input
 * @throws CommandError when it cannot be read
 */
export function readPage(page: string, { url, allow = [] }: PageOptions): Promise<Page> {
  return /^https?:\/\//i.test(page) ? fetchPage(page, allow) : readLocal(page, url ?? NO_ADDRESS);
}

async function readLocal(page: string, url: string): Promise<Page> {
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
    const { contentType } = resource;
    return { html: decodePage(resource.body, contentType).text, url: resource.url, contentType };
  } catch (error) {
    if (error instanceof OutboundError) throw new CommandError(error.message);
    throw error;
  } finally {
    await outbound.close();
  }
}
