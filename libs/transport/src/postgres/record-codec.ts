import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { Headers } from '@newsmill/stage';

/** Smaller values are stored as they are: setting zstd up costs more than the bytes are worth. */
const COMPRESS_FROM_BYTES = 16_384;
/** Larger values are worked on in a thread; below, handing over would cost more than the work. */
const IN_THREAD_FROM_BYTES = 131_072;

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
  const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, pledgedSrcSize: bytes, chunkSize: bytes };
  const packed =
    bytes < IN_THREAD_FROM_BYTES ? zstdCompressSync(value, options) : await compressInThread(value, options);
  return packed.length < bytes * 0.9 ? { value: packed, zstd: true, bytes } : { value, zstd: false, bytes };
}

export async function unpackValue({ value, zstd, bytes }: StoredValue): Promise<Buffer | null> {
  if (value === null || !zstd) return value;
  const options = { chunkSize: bytes };
  return bytes < IN_THREAD_FROM_BYTES ? zstdDecompressSync(value, options) : decompressInThread(value, options);
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
  const array = Buffer.allocUnsafe(items.reduce((sum, item) => sum + 4 + (item?.length ?? 0), 20));
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(items.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(BYTEA_OID, 8);
  array.writeInt32BE(items.length, 12);
  array.writeInt32BE(1, 16); // first index
  let at = 20;
  for (const item of items) {
    at = array.writeInt32BE(item?.length ?? -1, at);
    if (item !== null) at += item.copy(array, at);
  }
  return array;
}
