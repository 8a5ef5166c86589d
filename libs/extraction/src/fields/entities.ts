import { decodeReferences } from '../character-references.js';

/** Decodes character references in metadata that a publisher escaped twice, as in `&amp;#8217;` or JSON-LD's `&quot;`. */
export function decodeText(text: string): string {
  return decodeReferences(text);
}
