/**
 * Whether two texts mean the same: equal; or the same charset, the same address, or the same HTML but for its spelling
 * (order and quotation of attributes, `<br/>` or `<br />`, namespaces, references to characters).
 */
export function sameValue(a: string, b: string): boolean {
  return a === b || spelt(a) === spelt(b) || sameAddress(a, b) || sameCharset(a, b);
}

function sameAddress(a: string, b: string): boolean {
  return /^https?:/i.test(a) && URL.parse(a)?.href === URL.parse(b)?.href;
}

function sameCharset(a: string, b: string): boolean {
  try {
    return charset(a) === charset(b);
  } catch {
    return false;
  }
}

/** The WHATWG name; GBK reads what GB 18030 does, and the cases mean ASCII where the standard means windows-1252. */
function charset(label: string): string {
  const { encoding } = new TextDecoder(label);
  return encoding === 'gbk' ? 'gb18030' : encoding;
}

const VOID = new Set(['br', 'hr', 'img', 'input', 'area', 'base', 'col', 'embed', 'link', 'meta', 'source', 'wbr']);
const TAG = /<([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g;

function spelt(markup: string): string {
  return markup
    .trim()
    .replace(TAG, (_, name: string, attributes: string, empty: string) => {
      const pairs = [...attributes.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)]
        .filter(([, key = '']) => !/^xmlns\b/.test(key))
        .map(([, key, double, single]) => ` ${key}="${attribute(double ?? single ?? '')}"`)
        .sort();
      return `<${name}${pairs.join('')}>${empty === '' || VOID.has(name) ? '' : `</${name}>`}`;
    })
    .replaceAll('&#X', '&#x');
}

function attribute(value: string): string {
  const text = value.replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  return URL.parse(text)?.href ?? text;
}
