/** A feed has no use for more, and the spelling of an entity is not where text belongs. */
const MAX_ENTITIES = 64;
const MAX_ENTITY_LENGTH = 1_000;
/** Characters that the entities of one document may make together: what a billion laughs would need is not there. */
const MAX_EXPANSION = 100_000;
/** A document type longer than this is not searched for entities. */
const MAX_DOCTYPE_LENGTH = 64 * 1024;

/** Thrown when a document's own entities make more text than is sane. */
export class EntityExpansion extends Error {
  override readonly name = 'EntityExpansion';

  constructor() {
    super(`its entities make more than ${MAX_EXPANSION} characters`);
  }
}

/** Around the name of an entity that XML does not know; such are HTML's, which the reader of the text knows. */
const OPEN = '\uE0FE';
const CLOSE = '\uE0FF';

const OWN_OF_XML: Readonly<Record<string, string>> = { amp: '&', gt: '>', lt: '<', quot: '"', apos: "'" };

/**
 * Values of general entities by name, as a parser asks for them: XML's five, the internal ones of the document type
 * (XML 1.0 section 4.2.1), and for every other name a mark that `withEntities` turns into a reference again. Nothing is
 * ever fetched, and an entity whose value refers to others counts as undeclared: none can multiply another.
 *
 * @throws EntityExpansion from the look-up that is one too many.
 */
export function entityValues(prolog: string): Record<string, string> {
  const declared = declaredEntities(prolog);
  let expanded = 0;
  return new Proxy<Record<string, string>>(Object.create(null) as Record<string, string>, {
    get(_, name) {
      const key = String(name);
      if (Object.hasOwn(OWN_OF_XML, key)) return OWN_OF_XML[key];
      const value = declared.get(key);
      if (value === undefined) return /^[A-Za-z]\w{0,40}$/.test(key) ? `${OPEN}${key}${CLOSE}` : undefined;
      expanded += value.length;
      if (expanded > MAX_EXPANSION) throw new EntityExpansion();
      return value;
    },
  });
}

/** Escaped text with its marks as references. */
export function withEntities(escaped: string): string {
  return escaped.includes(OPEN) ? escaped.replace(/\uE0FE(\w{1,41})\uE0FF/g, '&$1;') : escaped;
}

function declaredEntities(prolog: string): Map<string, string> {
  const declared = new Map<string, string>();
  const from = prolog.search(/<!doctype\b/i);
  if (from === -1) return declared;
  const doctype = prolog.slice(from, from + MAX_DOCTYPE_LENGTH);
  for (const [, name = '', double, single] of doctype.matchAll(
    /<!ENTITY\s{1,9}([\w.-]{1,100})\s{1,9}(?:"([^"]{0,1000})"|'([^']{0,1000})')\s{0,9}>/g,
  )) {
    if (declared.size === MAX_ENTITIES) break;
    const value = (double ?? single ?? '').slice(0, MAX_ENTITY_LENGTH);
    // The first declaration counts (section 4.2); character references are replaced where an entity is declared (4.5).
    const characters = value.replace(/&#(?:x([\da-f]{1,6})|(\d{1,7}));/gi, characterOf);
    if (!declared.has(name) && !/&[\w.-]{1,100};/.test(value)) declared.set(name, characters);
  }
  return declared;
}

function characterOf(reference: string, hexadecimal?: string, decimal?: string): string {
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : reference;
}
