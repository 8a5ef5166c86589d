import { Parser } from 'htmlparser2';

/** Decodes character references in metadata that a publisher escaped twice, as in `&amp;#8217;` or JSON-LD's `&quot;`. */
export function decodeText(text: string): string {
  if (!text.includes('&')) return text;
  let out = '';
  const parser = new Parser({ ontext: (data) => (out += data) });
  // Only references are to be read: a stray `<` stays a character.
  parser.write(text.replaceAll('<', '&lt;'));
  parser.end();
  return out;
}
