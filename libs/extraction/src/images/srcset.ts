/** One entry of a srcset. */
export interface Source {
  url: string;
  /** Pixels wide for `w`; density times 1,000 for `x`, so that larger is better in either case. */
  size: number;
  /** Pixels wide, when the srcset says so. */
  width?: number;
}

/** Signs and entries read of one srcset. */
const MAX_LENGTH = 20_000;
const MAX_ENTRIES = 100;

/**
 * The largest image in a srcset, by the HTML standard's own splitting rule: an address ends at white space, and a comma
 * that ends it parts entries, so that commas inside addresses survive. Data URLs are placeholders.
 */
export function largestOfSrcset(value: string): Source | undefined {
  const srcset = value.slice(0, MAX_LENGTH);
  let best: Source | undefined;
  let i = 0;
  for (let count = 0; i < srcset.length && count < MAX_ENTRIES; count++) {
    while (i < srcset.length && (srcset[i] === ',' || isSpace(srcset, i))) i++;
    let end = i;
    while (end < srcset.length && !isSpace(srcset, end)) end++;
    let url = srcset.slice(i, end);
    let descriptor = '';
    if (url.endsWith(',')) {
      let length = url.length;
      while (url[length - 1] === ',') length--;
      url = url.slice(0, length);
      i = end;
    } else {
      const comma = srcset.indexOf(',', end);
      descriptor = srcset.slice(end, comma < 0 ? srcset.length : comma).trim();
      i = comma < 0 ? srcset.length : comma + 1;
    }
    const source = readSource(url, descriptor);
    if (source && (!best || source.size > best.size)) best = source;
  }
  return best;
}

function isSpace(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c > 0x20 && c < 0x7f ? false : /\s/.test(text[at]!);
}

function readSource(url: string, descriptor: string): Source | undefined {
  if (url === '' || url.startsWith('data:')) return undefined;
  const found = /(\d{1,6}(?:\.\d{1,4})?)([wx])/.exec(descriptor);
  if (!found) return { url, size: 1_000 };
  const number = Number(found[1]);
  return found[2] === 'w' ? { url, size: number, width: number } : { url, size: number * 1_000 };
}
