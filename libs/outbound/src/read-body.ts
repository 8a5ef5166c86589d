import { pipeline, type Duplex } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { OutboundError, toOutboundError } from './outbound-error.js';
import type { OutboundLimits } from './outbound-options.js';

type Octets = AsyncIterable<Uint8Array>;

/** What the client can undo; sent as Accept-Encoding. */
export const ACCEPT_ENCODING = 'gzip, br, zstd, deflate';

/** A page is compressed once, by a careless proxy twice; more layers serve only to multiply a bomb. */
const MAX_CODINGS = 2;

/** A ratio is watched from here on: a short repetitive page may compress very well. */
const RATIO_APPLIES_FROM = 1024 * 1024;

export interface BodyToRead {
  url: string;
  body: Octets;
  contentEncoding: string | undefined;
  contentLength: string | undefined;
  /** Told at the end: octets as transferred. */
  onReceived?(octets: number): void;
}

/**
 * Reads a body, undoes its content codings (RFC 9110 section 8.4) and keeps to the limits while octets arrive: no limit is
 * overrun by more than one chunk.
 *
 * @throws OutboundError of kind `too-large` or `protocol`, or what the connection reported.
 */
export async function readBody(input: BodyToRead, limits: OutboundLimits): Promise<Uint8Array> {
  const { url } = input;
  const announced = Number(input.contentLength ?? 0);
  if (announced > limits.maxBodyBytes) {
    throw tooLarge(url, `Content-Length is ${announced}`, `maxBodyBytes = ${limits.maxBodyBytes} bytes`);
  }
  const codings = codingsOf(input.contentEncoding);
  if (codings.length > MAX_CODINGS) {
    throw new OutboundError('protocol', url, `Content-Encoding has ${codings.length} codings, at most ${MAX_CODINGS}`);
  }

  const count = { received: 0 };
  let octets = received(input, limits, count);
  for (const coding of codings) octets = decoded(url, octets, coding, limits, count);

  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  input.onReceived?.(count.received);
  const whole = Buffer.concat(chunks);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
}

/** In the order in which they have to be undone. */
function codingsOf(contentEncoding: string | undefined): string[] {
  return (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
    .reverse();
}

async function* received({ url, body }: BodyToRead, limits: OutboundLimits, count: { received: number }): Octets {
  try {
    for await (const chunk of body) {
      count.received += chunk.length;
      if (count.received > limits.maxBodyBytes) {
        throw tooLarge(url, 'The body', `maxBodyBytes = ${limits.maxBodyBytes} bytes`);
      }
      yield chunk;
    }
  } catch (error) {
    throw toOutboundError(url, error, limits);
  }
}

async function* decoded(
  url: string,
  source: Octets,
  coding: string,
  limits: OutboundLimits,
  count: { received: number },
): Octets {
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  const first = await firstChunk(iterator);
  // No octets are no compressed octets: servers send the header on empty bodies too.
  if (first === undefined) return;
  if (beginsWithMarkup(first) && CANNOT_BEGIN_SO.has(coding)) {
    yield* resumed(first, iterator);
    return;
  }
  const decoder = decoderFor(coding, first);
  if (decoder === undefined) {
    await iterator.return?.();
    throw new OutboundError('protocol', url, `Content-Encoding "${coding}" is not one of ${ACCEPT_ENCODING}`);
  }
  let length = 0;
  try {
    pipeline(resumed(first, iterator), decoder, () => undefined);
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > limits.maxDecompressedBytes) {
        throw tooLarge(url, 'The decompressed body', `maxDecompressedBytes = ${limits.maxDecompressedBytes} bytes`);
      }
      if (length > RATIO_APPLIES_FROM && length > count.received * limits.maxDecompressionRatio) {
        throw tooLarge(url, 'The decompressed body', `maxDecompressionRatio = ${limits.maxDecompressionRatio}`);
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof OutboundError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new OutboundError('protocol', url, `The body is not valid ${coding}: ${said}`, { cause: error });
  }
}

/**
 * Codings none of whose streams can begin with `<`: gzip and zstd have other magic numbers (RFC 1952, RFC 8878), and of a
 * brotli stream (RFC 7932) it would set a bit that is reserved.
 */
const CANNOT_BEGIN_SO = new Set(['gzip', 'x-gzip', 'br', 'zstd']);

/** Markup that its server calls compressed is told from a broken body: it is what it is, whatever the header says. */
function beginsWithMarkup(first: Uint8Array): boolean {
  return first[0] === 0x3c;
}

async function firstChunk(iterator: AsyncIterator<Uint8Array, undefined>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return undefined;
    if (value.length > 0) return value;
  }
}

async function* resumed(first: Uint8Array, rest: AsyncIterator<Uint8Array, undefined>): Octets {
  try {
    yield first;
    for (;;) {
      const { done, value } = await rest.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

function decoderFor(coding: string, first: Uint8Array): Duplex | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      // RFC 9659: content may ask for a window of at most 8 MiB.
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } });
    case 'deflate':
      // "deflate" is the zlib format (RFC 9110 section 8.4.1.2), yet some servers leave its wrapper off.
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      return undefined;
  }
}

function tooLarge(url: string, what: string, limit: string): OutboundError {
  return new OutboundError('too-large', url, `${what} is over ${limit}`);
}
