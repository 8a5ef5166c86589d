import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { Headers } from '@newsmill/stage';

/** Smaller values are stored as they are. */
const COMPRESS_FROM_BYTES = 1_024;
/** Larger values are worked on in a thread. */
const IN_THREAD_FROM_BYTES = 32_768;
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const compressInThread = promisify(zstdCompress);
const decompressInThread = promisify(zstdDecompress);

/** A value as it is stored. `bytes` is its length before. */
export interface StoredValue {
  value: Buffer | null;
  zstd: boolean;
  bytes: number;
}

/** zstd at level 1, when that saves something. */
export async function packValue(value: Buffer | null): Promise<StoredValue> {
  const bytes = value?.length ?? 0;
  if (value === null || bytes < COMPRESS_FROM_BYTES) return { value, zstd: false, bytes };
  const packed =
    bytes < IN_THREAD_FROM_BYTES ? zstdCompressSync(value, LEVEL_1) : await compressInThread(value, LEVEL_1);
  return packed.length < bytes * 0.9 ? { value: packed, zstd: true, bytes } : { value, zstd: false, bytes };
}

export async function unpackValue({ value, zstd, bytes }: StoredValue): Promise<Buffer | null> {
  if (value === null || !zstd) return value;
  return bytes < IN_THREAD_FROM_BYTES ? zstdDecompressSync(value) : decompressInThread(value);
}

/** Headers as pairs of name and bytes, each with its length (32 bits, big endian) before it. */
export function packHeaders(headers: Headers): Buffer {
  const parts: Buffer[] = [];
  for (const [name, bytes] of Object.entries(headers)) {
    for (const part of [Buffer.from(name), bytes]) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      parts.push(length, part);
    }
  }
  return Buffer.concat(parts);
}

export function unpackHeaders(packed: Buffer): Headers {
  const headers: Record<string, Buffer> = {};
  let at = 0;
  const take = () => {
    const start = at + 4;
    at = start + packed.readUInt32BE(at);
    return packed.subarray(start, at);
  };
  while (at < packed.length) {
    const name = take().toString();
    headers[name] = take();
  }
  return headers;
}

const BYTEA_OID = 17;

/**
 * A `bytea[]` in PostgreSQL's binary form (`array_send` in arrayfuncs.c): as text, every byte would be two digits. A
 * parameter that is a Buffer is passed as binary by `pg`.
 */
export function byteaArray(items: readonly (Buffer | null)[]): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32BE(1, 0); // dimensions
  head.writeInt32BE(items.includes(null) ? 1 : 0, 4);
  head.writeInt32BE(BYTEA_OID, 8);
  head.writeInt32BE(items.length, 12);
  head.writeInt32BE(1, 16); // first index
  const parts: Buffer[] = [head];
  for (const item of items) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(item?.length ?? -1);
    parts.push(length);
    if (item !== null) parts.push(item);
  }
  return Buffer.concat(parts);
}
