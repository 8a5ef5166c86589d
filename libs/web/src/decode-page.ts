import { analyse } from 'chardet';
import { charsetOf } from './content-type.js';
import { declaredCharset } from './declared-charset.js';

/** Where the charset of a page was learnt. */
export type CharsetSource = 'bom' | 'header' | 'meta' | 'detected' | 'default';

export interface DecodedPage {
  text: string;
  /** The WHATWG name of the encoding used, lower case: `utf-8`, `windows-1252`, `shift_jis` … */
  charset: string;
  source: CharsetSource;
  /** Declarations that were not followed, and why; empty for a page that tells the truth about itself. */
  warnings: string[];
}

/** Detection reads this many octets of text, from the first one that is not ASCII. */
const DETECTION_SAMPLE = 64 * 1024;

/** Below this (of 100) chardet is guessing, and windows-1252 is the better guess. */
const MIN_CONFIDENCE = 20;

/**
 * Turns a page's octets into text. The first of these that holds decides: byte order mark, charset of the Content-Type
 * header, the page's own declaration in its first 4 KiB (`<meta charset>`, `http-equiv`, XML declaration), being valid
 * UTF-8, statistical detection, windows-1252.
 *
 * Labels are those of the WHATWG Encoding standard. One that it does not know is passed over with a warning, and so is a
 * declaration that the octets contradict: a multi-byte charset that decodes mostly to replacement characters, or
 * windows-1252 (the label of servers that were never configured) on octets that are UTF-8 throughout.
 */
export function decodePage(bytes: Uint8Array, contentType?: string): DecodedPage {
  const warnings: string[] = [];
  const done = (text: string, charset: string, source: CharsetSource): DecodedPage => ({
    text,
    charset,
    source,
    warnings,
  });

  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return done(new TextDecoder(marked).decode(bytes), marked, 'bom');

  const utf8 = decodeUtf8(bytes);
  const plain = isAscii(bytes);

  for (const { label, source, where } of declarations(bytes, contentType)) {
    const decoder = decoderFor(label);
    if (decoder === undefined) {
      warnings.push(`${where} names the charset "${label}", which is not in the WHATWG Encoding standard`);
      continue;
    }
    if (decoder.encoding === 'utf-8' && utf8 !== undefined) return done(utf8, 'utf-8', source);
    const text = decoder.decode(bytes);
    if (decoder.encoding === 'windows-1252' && utf8 !== undefined && !plain) {
      warnings.push(`${where} says ${label}, but the octets are valid UTF-8`);
    } else if (isMostlyReplaced(text)) {
      warnings.push(`${where} says ${label}, but the octets are not ${decoder.encoding}`);
    } else {
      if (text.includes('\uFFFD')) warnings.push(`Some octets are not valid ${decoder.encoding} and were replaced`);
      return done(text, decoder.encoding, source);
    }
  }

  if (utf8 !== undefined && !(plain && hasEscapeSequence(bytes))) return done(utf8, 'utf-8', 'detected');

  for (const label of detectCharsets(bytes)) {
    const decoder = decoderFor(label);
    if (decoder === undefined) continue;
    const text = decoder.decode(bytes);
    if (!isMostlyReplaced(text)) return done(text, decoder.encoding, 'detected');
  }
  if (utf8 !== undefined) return done(utf8, 'utf-8', 'detected');
  return done(new TextDecoder('windows-1252').decode(bytes), 'windows-1252', 'default');
}

interface Declaration {
  label: string;
  source: CharsetSource;
  where: string;
}

function declarations(bytes: Uint8Array, contentType: string | undefined): Declaration[] {
  const found: Declaration[] = [];
  const header = charsetOf(contentType);
  if (header !== undefined) found.push({ label: header, source: 'header', where: 'The Content-Type header' });
  const own = declaredCharset(bytes);
  if (own !== undefined) found.push({ label: own, source: 'meta', where: 'The page' });
  return found;
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function decoderFor(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isAscii(bytes: Uint8Array): boolean {
  return firstNonAscii(bytes) === -1;
}

function firstNonAscii(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i += 1) {
    if ((bytes[i] ?? 0) > 0x7f) return i;
  }
  return -1;
}

/** ISO-2022-JP is ASCII with escape sequences, hence valid UTF-8 too. */
function hasEscapeSequence(bytes: Uint8Array): boolean {
  return bytes.includes(0x1b);
}

/** More replacement characters than other non-ASCII ones: no author meant that. A stray octet in good text is not it. */
function isMostlyReplaced(text: string): boolean {
  let replaced = 0;
  let meant = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === 0xfffd) replaced += 1;
    else if (unit > 0x7f) meant += 1;
  }
  return replaced > meant;
}

function detectCharsets(bytes: Uint8Array): string[] {
  return analyse(sampleText(bytes))
    .filter((match) => match.confidence >= MIN_CONFIDENCE)
    .map((match) => match.name);
}

/** Text without markup: tags are English whatever the page is, and no charset detected here uses `<` as a trail octet. */
function sampleText(bytes: Uint8Array): Uint8Array {
  const from = Math.max(0, firstNonAscii(bytes));
  const sample = new Uint8Array(Math.min(DETECTION_SAMPLE, bytes.length - from));
  let length = 0;
  let inTag = false;
  for (let i = from; i < bytes.length && length < sample.length; i += 1) {
    const octet = bytes[i] ?? 0;
    if (octet === 0x3c) inTag = true;
    else if (octet === 0x3e && inTag) inTag = false;
    else if (!inTag) sample[length++] = octet;
  }
  return sample.subarray(0, length);
}
