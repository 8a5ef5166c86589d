import { AsyncIterReader, WARCParser, type WARCRecord } from 'warcio';
import { BoundedSource, SourceStop } from './bounded-source.js';
import { WarcError } from './warc-error.js';

/** A record of an archive, its block in memory. */
export interface ArchivedRecord {
  /** Octets into the file, as it is compressed. */
  offset: number;
  /** `WARC-Type`: response, resource, request, revisit … */
  type: string;
  /** By lower-case name. */
  headers: Headers;
  /** Undefined for a record that was not wanted, or is larger than is taken. */
  block: Uint8Array | undefined;
  /** Octets of the block. */
  length: number;
}

export interface ReadOptions {
  /** Blocks that are larger are passed over. */
  maxBlock: number;
  /** Whether the block of a record is wanted, by its headers; others are passed over. */
  wants(type: string, headers: Headers): boolean;
  onProgress?(octets: number): void;
}

/** Octets, compressed, in which a record's header must end; RFC-sized headers of a page take a few hundred. */
const HEADER_WITHIN = 64 * 1024;

/** Blank lines between records that are passed over. */
const MAX_BLANK = 16;

const VERSION = /^WARC\/(?:0\.1[78]|1\.[01])$/;

/**
 * The records of a WARC file (ISO 28500, 1.0 and 1.1), plain or compressed record by record, one after another as it
 * streams in: one block is in memory at a time, however large the file is.
 * @throws WarcError for input that is no WARC file, is cut off, or has a record that cannot be read; what came before
 * has been given
 */
export async function* readWarc(
  input: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<ArchivedRecord> {
  const source = new BoundedSource(input);
  const reader = new AsyncIterReader(source);
  const parser = new WARCParser(reader, { parseHttp: false });
  for (;;) {
    const record = await parseHeader(parser, source);
    if (record === null) {
      // What is left is the beginning of a compressed record, of which nothing could be told yet.
      const end = reader.getRawOffset();
      if (end < source.handedOn) throw new WarcError('the file is cut off in the header of a record', end);
      return;
    }
    const { offset } = parser;
    const { warcType: type } = record;
    const headers = record.warcHeaders.headers as Headers;
    const length = Number(headers.get('content-length'));
    const isWanted = length <= options.maxBlock && options.wants(type, headers);
    const block = await readBlock(record, source, { offset, length, isWanted });
    options.onProgress?.(source.handedOn);
    yield { offset, type, headers, block, length };
  }
}

async function parseHeader(parser: WARCParser, source: BoundedSource): Promise<WARCRecord | null> {
  source.allow(HEADER_WITHIN);
  let record: WARCRecord | null;
  try {
    record = await parser.parse();
    // Blank lines between records are more than the standard's, and harmless.
    for (let blank = 0; record === null && !source.hasEnded && blank < MAX_BLANK; blank += 1) {
      record = await parser.parse();
    }
  } catch (error) {
    if (!(error instanceof SourceStop)) throw error;
    const why =
      error.reason === 'ended'
        ? 'the file is cut off'
        : `a record's header is over ${HEADER_WITHIN} octets, or this is no WARC file`;
    throw new WarcError(why, parser.offset);
  }
  if (record === null) {
    if (source.handedOn === 0) throw new WarcError('the file is empty', 0);
    if (!source.hasEnded) throw new WarcError('no record where one should begin; the file is damaged', parser.offset);
    return null;
  }
  const { statusline, headers } = record.warcHeaders;
  if (!VERSION.test(statusline)) {
    throw new WarcError(
      parser.offset === 0 ? 'no WARC file' : 'no record where one should begin; the file is damaged',
      parser.offset,
    );
  }
  const length = headers.get('content-length') ?? '';
  if (!/^\d{1,15}$/.test(length) || !record.warcType) {
    throw new WarcError(
      source.hasEnded ? 'the file is cut off in the header of a record' : 'a record without length or type',
      parser.offset,
    );
  }
  return record;
}

async function readBlock(
  record: WARCRecord,
  source: BoundedSource,
  { offset, length, isWanted }: { offset: number; length: number; isWanted: boolean },
): Promise<Uint8Array | undefined> {
  // The record's own length bounds what is taken: a piece more may be on its way.
  source.allow(Infinity);
  const block = isWanted ? new Uint8Array(length) : undefined;
  let taken = 0;
  for await (const piece of record.reader) {
    block?.set(piece, taken);
    taken += piece.length;
  }
  if (taken < length) throw new WarcError(`the file is cut off: a record has ${taken} of ${length} octets`, offset);
  return block;
}
