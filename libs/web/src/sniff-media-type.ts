/** Markup is recognised within this many octets of the beginning. */
const LOOK_AT = 4096;

interface Signature {
  mediaType: string;
  /** Octets in latin-1 spelling. */
  starts: string;
  /** Where `then` must stand, for containers that name their content after a length field. */
  then?: { at: number; text: string };
}

/** WHATWG MIME Sniffing section 6 (images, archives, audio and video), and the file formats that news sites serve besides. */
const SIGNATURES: readonly Signature[] = [
  { mediaType: 'application/pdf', starts: '%PDF-' },
  { mediaType: 'application/postscript', starts: '%!PS-Adobe-' },
  { mediaType: 'image/png', starts: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/jpeg', starts: '\xff\xd8\xff' },
  { mediaType: 'image/gif', starts: 'GIF87a' },
  { mediaType: 'image/gif', starts: 'GIF89a' },
  { mediaType: 'image/webp', starts: 'RIFF', then: { at: 8, text: 'WEBPVP' } },
  { mediaType: 'image/avif', starts: '', then: { at: 4, text: 'ftypavif' } },
  { mediaType: 'image/heic', starts: '', then: { at: 4, text: 'ftyphei' } },
  { mediaType: 'image/tiff', starts: 'II*\0' },
  { mediaType: 'image/tiff', starts: 'MM\0*' },
  { mediaType: 'image/bmp', starts: 'BM', then: { at: 6, text: '\0\0\0\0' } },
  { mediaType: 'image/x-icon', starts: '\0\0\x01\0' },
  { mediaType: 'application/zip', starts: 'PK\x03\x04' },
  { mediaType: 'application/zip', starts: 'PK\x05\x06' },
  { mediaType: 'application/gzip', starts: '\x1f\x8b\x08' },
  { mediaType: 'application/zstd', starts: '\x28\xb5\x2f\xfd' },
  { mediaType: 'application/x-7z-compressed', starts: "7z\xbc\xaf'\x1c" },
  { mediaType: 'application/vnd.rar', starts: 'Rar!\x1a\x07' },
  { mediaType: 'audio/mpeg', starts: 'ID3' },
  { mediaType: 'audio/wave', starts: 'RIFF', then: { at: 8, text: 'WAVE' } },
  { mediaType: 'application/ogg', starts: 'OggS\0' },
  { mediaType: 'video/webm', starts: '\x1a\x45\xdf\xa3' },
  { mediaType: 'video/mp4', starts: '', then: { at: 4, text: 'ftyp' } },
  { mediaType: 'font/woff2', starts: 'wOF2' },
];

/** Root elements of XML documents that have a media type of their own. */
const XML_ROOTS: Readonly<Record<string, string>> = {
  rss: 'application/rss+xml',
  feed: 'application/atom+xml',
  'rdf:rdf': 'application/rdf+xml',
  svg: 'image/svg+xml',
  html: 'application/xhtml+xml',
};

const HTML_START =
  /^<(?:!doctype\s+html|(?:html|head|body|title|meta|link|script|style|iframe|table|div|main|article|section|header|h[1-6]|font|img|a|b|br|p)(?=[\s/>]))/i;

/**
 * What octets are, whatever their server called them: enough to say "a PDF" where a page was expected, and to tell HTML,
 * XML (with feeds), JSON and plain text apart. Undefined for no octets; `application/octet-stream` for binary data of
 * an unknown kind.
 */
export function sniffMediaType(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  const head = bytes.subarray(0, LOOK_AT);
  return signatureOf(head) ?? sniffText(head);
}

function signatureOf(head: Uint8Array): string | undefined {
  return SIGNATURES.find(
    ({ starts, then }) => hasAt(head, 0, starts) && (then === undefined || hasAt(head, then.at, then.text)),
  )?.mediaType;
}

function hasAt(head: Uint8Array, at: number, text: string): boolean {
  if (head.length < at + text.length) return false;
  for (let i = 0; i < text.length; i += 1) {
    if (head[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

function sniffText(head: Uint8Array): string {
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (!utf16 && head.some(isBinary)) return 'application/octet-stream';
  const text = new TextDecoder(utf16 ? (head[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(head).trimStart();

  if (text.startsWith('%PDF-')) return 'application/pdf';
  if (/^[{[]\s*(?:["{[\]}]|true|false|null)/.test(text)) return 'application/json';
  if (!text.startsWith('<')) return 'text/plain';
  const root = text.replace(/^(?:\s+|<\?[^]*?\?>|<!--[^]*?-->)+/, '');
  if (text.startsWith('<?xml')) return sniffXml(root);
  if (HTML_START.test(root)) return 'text/html';
  const name = rootName(root);
  if (name === undefined) return text.startsWith('<!--') || root === '' ? 'text/html' : 'text/plain';
  return name in XML_ROOTS || name.includes(':') ? sniffXml(root) : 'application/xml';
}

function sniffXml(root: string): string {
  if (/^<!doctype\s+html/i.test(root)) return 'application/xhtml+xml';
  const name = rootName(root);
  return (name !== undefined ? XML_ROOTS[name] : undefined) ?? 'application/xml';
}

/** The first element's name, lower case, behind a document type declaration and comments. */
function rootName(text: string): string | undefined {
  const body = text.replace(/^<!doctype[^>[]*(?:\[[^\]]*\]\s*)?>/i, '').replace(/^(?:\s+|<!--[^]*?-->)+/, '');
  return /^<([a-z_][\w.-]*(?::[\w.-]+)?)(?=[\s/>])/i.exec(body)?.[1]?.toLowerCase();
}

/** WHATWG MIME Sniffing section 3, "binary data byte". */
function isBinary(octet: number): boolean {
  return octet <= 0x08 || octet === 0x0b || (octet >= 0x0e && octet <= 0x1a) || (octet >= 0x1c && octet <= 0x1f);
}
