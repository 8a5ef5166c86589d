import type { Writable } from 'node:stream';
import { type EventOf, pageFetched, topicAddress } from '@newsmill/contracts';
import { decodeEvent, deterministicId, type Position, type Transport } from '@newsmill/stage';
import { WARC_1_1, WARCRecord, WARCSerializer } from 'warcio';
import { METADATA_HEADER, type PageMetadata } from './archived-page.js';

type Page = EventOf<typeof pageFetched>;

export interface ExportOptions {
  prefix: string;
  from: Position;
  /** Milliseconds since the epoch; what the log took then or later is left out. */
  until: number;
  selects(event: unknown): boolean;
  /** Names the software in the file's own record. */
  version: string;
  now: Date;
  /** Compress record by record. */
  gzip: boolean;
  onProgress?(written: number): void;
}

export interface ExportReport {
  /** Pages and documents written. */
  written: number;
  /** Events that the log holds and no reader can read. */
  unreadable: number;
  stopped: boolean;
}

/** A title of a feed entry can be anything; in a header it is cut. Characters. */
const MAX_HINT = 1_000;

/**
 * Writes the pages of the log as a WARC 1.1 file. What newsmill keeps of a page is its decoded text and a few facts, and
 * not the octets and headers of the HTTP response: a `response` record would be a forgery. A page that was served as UTF-8
 * becomes a `resource` record (its octets, codings undone), one that was recoded a `conversion`; the facts stand beside it in
 * `WARC-JSON-Metadata`. The file's `warcinfo` record says so. The same pages make the same records.
 */
export async function exportWarc(
  transport: Transport,
  output: Writable,
  options: ExportOptions,
  signal: AbortSignal,
): Promise<ExportReport> {
  const report: ExportReport = { written: 0, unreadable: 0, stopped: false };
  const write = async (record: WARCRecord): Promise<void> => {
    const octets = await WARCSerializer.serialize(record, { gzip: options.gzip });
    if (!output.write(octets)) await new Promise((resolve) => output.once('drain', resolve));
  };
  await write(infoRecord(options));
  for await (const record of transport.read(topicAddress(options.prefix, pageFetched), options.from)) {
    if (signal.aborted) {
      report.stopped = true;
      break;
    }
    if (record.timestamp >= options.until) continue;
    let page: Page;
    try {
      page = decodeEvent(pageFetched, record);
    } catch {
      report.unreadable += 1;
      continue;
    }
    if (!options.selects(page)) continue;
    await write(pageRecord(page));
    report.written += 1;
    options.onProgress?.(report.written);
  }
  return report;
}

function infoRecord({ version, now }: ExportOptions): WARCRecord {
  return WARCRecord.createWARCInfo(
    { warcVersion: WARC_1_1, date: now.toISOString() },
    {
      software: `newsmill/${version} (warcio)`,
      format: 'WARC File Format 1.1',
      conformsTo: 'http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/',
      description:
        'Pages as newsmill keeps them: decoded to UTF-8 text, without the HTTP response they came in. resource: served as UTF-8; conversion: recoded. WARC-JSON-Metadata: what else is known',
    },
  );
}

function pageRecord(page: Page): WARCRecord {
  const isRecoded = page.charset !== undefined && page.charset !== 'utf-8';
  const metadata: PageMetadata = {
    ...(page.url.original !== page.url.final && { original: page.url.original }),
    ...pick(page, ['publisher', 'guid', 'restore', 'status', 'charset', 'contentLanguage', 'canonical']),
    ...(page.hints && {
      hints: {
        ...(page.hints.title !== undefined && { title: page.hints.title.slice(0, MAX_HINT).toWellFormed() }),
        ...(page.hints.published !== undefined && {
          published: page.hints.published.slice(0, MAX_HINT).toWellFormed(),
        }),
      },
    }),
  };
  return WARCRecord.create(
    {
      warcVersion: WARC_1_1,
      type: isRecoded ? 'conversion' : 'resource',
      url: page.url.final,
      date: page.fetchedAt,
      warcHeaders: {
        'WARC-Record-ID': `<urn:uuid:${deterministicId('warc', page.receiptId, page.pageId, page.fetchedAt)}>`,
        'Content-Type': `${page.mediaType}; charset=utf-8`,
        [METADATA_HEADER]: asciiJson(metadata),
      },
    },
    [new TextEncoder().encode(page.content)],
  );
}

function pick<Key extends keyof PageMetadata & keyof Page>(page: Page, keys: readonly Key[]): Partial<PageMetadata> {
  return Object.fromEntries(keys.filter((key) => page[key] !== undefined).map((key) => [key, page[key]]));
}

/** JSON on one line that every reader of headers takes. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
