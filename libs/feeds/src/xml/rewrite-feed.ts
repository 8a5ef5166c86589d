import { SaxesParser, type SaxesTagNS } from 'saxes';
import { absoluteLinks } from '../html-links.js';
import { entityValues, withEntities } from './entities.js';
import { escapeAttribute, escapeText, withoutControls } from './escape.js';
import { type Attribute, TextConstruct } from './text-construct.js';

/** Elements inside elements; feeds need a dozen, and their XHTML some dozens. */
const MAX_DEPTH = 200;

/** Thrown for markup that is deeper than any feed. */
export class TooDeep extends Error {
  override readonly name = 'TooDeep';

  constructor() {
    super(`its elements are nested deeper than ${MAX_DEPTH}`);
  }
}

/** Thrown for markup that is more than any feed needs. */
export class TooManyElements extends Error {
  override readonly name = 'TooManyElements';

  constructor() {
    super(`it has more than ${MAX_ELEMENTS} elements`);
  }
}

/** Elements of one document: 10 MB of articles in XHTML have about 200,000. */
const MAX_ELEMENTS = 500_000;

/** Faults in one document after which it is not read on. */
const MAX_FAULTS = 100;

/** Thrown for what is XML in no place. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';

  constructor(cause: Error) {
    super(`it has more than ${MAX_FAULTS} faults`, { cause });
  }
}

/** Text constructs of Atom (RFC 4287 section 3.1, and 0.3's), and what carries text or markup in RSS and its modules. */
const TEXTS = new Set(
  'title summary content subtitle tagline description encoded fullitem body info rights copyright abstract'.split(' '),
);
const PARENTS = new Set(['feed', 'entry', 'channel', 'item', 'rss', 'rdf']);

/** Of saxes' complaints, those that leave its reading of the document right. */
const HARMLESS = /unbound namespace prefix|entity|unescaped|text data outside of root|duplicate attribute/;

const ATOM = 'http://www.w3.org/2005/Atom';

/** Names that say the same as one that readers know: whole articles in RSS from before content:encoded. */
const NAMES: Readonly<Record<string, string>> = { fullitem: 'content:encoded', body: 'content:encoded' };

/** A list of one is read as a list only where it is not alone. */
const AFTER_LAST: Readonly<Record<string, string>> = { skiphours: '<hour/>', skipdays: '<day/>' };

/** Items may stand beside the channel (RSS 0.90), and beside none. */
const NO_CHANNEL = '<channel><none/></channel>';

interface Frame {
  name: string;
  local: string;
  /** Of xml:base, absolute; absent while none is in scope. */
  base: string | undefined;
  lang: string | undefined;
}

export interface RewrittenFeed {
  xml: string;
  wellFormed: boolean;
}

/**
 * A feed's XML in a plainer form, meaning the same, for a parser that reads elements but neither document types nor
 * scopes: internal entities are replaced, CDATA is text, `xml:base` and `xml:lang` stand on each text construct,
 * XHTML and base64 have become escaped HTML whose links are absolute where an `xml:base` is in scope.
 *
 * @param prolog what stands before the root element
 * @returns what is not well-formed as far as it could be read, with its open elements closed
 * @throws TooDeep, TooManyElements, EntityExpansion for documents that mean harm, Unreadable for what is hardly XML
 */
export function rewriteFeed(document: string, prolog: string, feedUrl: string): RewrittenFeed {
  const out: string[] = [];
  const frames: Frame[] = [];
  let broken = false;
  let root: SaxesTagNS | undefined;
  let hasChannel = false;
  let construct: { text: TextConstruct; depth: number; attributes: Map<string, string> } | undefined;

  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.ENTITIES = entityValues(prolog);
  let faults = 0;
  let elements = 0;
  parser.on('error', (error) => {
    if (HARMLESS.test(error.message)) return;
    broken = true;
    faults += 1;
    if (faults > MAX_FAULTS) throw new Unreadable(error);
  });
  parser.on('opentag', (tag) => {
    if (frames.length >= MAX_DEPTH) throw new TooDeep();
    elements += 1;
    if (elements > MAX_ELEMENTS) throw new TooManyElements();
    const parent = frames.at(-1);
    const frame = frameOf(tag, parent, feedUrl);
    frames.push(frame);
    if (construct !== undefined) {
      construct.text.open(tag.name, tag.uri, attributesOf(tag), frame.base);
    } else if (parent !== undefined && TEXTS.has(frame.local) && PARENTS.has(parent.local)) {
      const attributes = new Map(attributesOf(tag).map(({ name, value }) => [name, value]));
      construct = { text: new TextConstruct(), depth: frames.length, attributes };
    } else {
      root ??= tag;
      hasChannel ||= frame.local === 'channel';
      out.push(startTag(plainName(tag, root), withBase(attributesOf(tag), frame.base)));
    }
  });
  parser.on('closetag', (tag) => {
    const frame = frames.at(-1);
    if (construct === undefined || frame === undefined) {
      const missing = frame?.local === 'rss' && !hasChannel ? NO_CHANNEL : AFTER_LAST[frame?.local ?? ''];
      out.push(`${missing ?? ''}</${plainName(tag, root)}>`);
    } else if (frames.length > construct.depth) construct.text.close(tag.name, tag.uri);
    else {
      out.push(written(tag, construct.text, construct.attributes, frame, root));
      construct = undefined;
    }
    frames.pop();
  });
  const text = (data: string): void => {
    const meant = withoutControls(data);
    if (construct === undefined) out.push(escapeText(meant));
    else construct.text.add(meant);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.write(document).close();
  broken ||= frames.length > 0;
  if (construct !== undefined) out.push(escapeText(construct.text.plain()));
  for (const { name } of frames.slice(0, construct?.depth).reverse()) out.push(`</${name}>`);
  return { xml: withEntities(out.join('')), wellFormed: !broken };
}

/** Elements of the feed's own namespace need no prefix. */
function plainName(tag: SaxesTagNS, root: SaxesTagNS | undefined): string {
  if (isDublinCoreAuthor(tag)) return `${tag.prefix}:creator`;
  const local = root?.local.toLowerCase();
  return root !== undefined && local !== 'rdf' && root.prefix !== '' && tag.uri === root.uri ? tag.local : tag.name;
}

/** Dublin Core has no author, but feeds do. */
function isDublinCoreAuthor({ uri, local }: SaxesTagNS): boolean {
  return uri === 'http://purl.org/dc/elements/1.1/' && local === 'author';
}

function frameOf(tag: SaxesTagNS, parent: Frame | undefined, feedUrl: string): Frame {
  const base = tag.attributes['xml:base']?.value.trim();
  const lang = tag.attributes['xml:lang']?.value.trim();
  const resolved = base === undefined ? undefined : webAddress(base, parent?.base ?? feedUrl);
  return {
    name: tag.name,
    local: tag.local.toLowerCase(),
    base: resolved ?? parent?.base,
    lang: lang ?? parent?.lang,
  };
}

function webAddress(address: string, base: string): string | undefined {
  const url = URL.parse(address, base);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

function attributesOf(tag: SaxesTagNS): Attribute[] {
  return Object.values(tag.attributes).map(({ name, value }) => ({ name, value }));
}

function withBase(attributes: readonly Attribute[], base: string | undefined): Attribute[] {
  return attributes.flatMap((attribute) =>
    attribute.name !== 'xml:base' ? [attribute] : base === undefined ? [] : [{ name: 'xml:base', value: base }],
  );
}

/** A text construct as plain element: its type says `html` wherever the text is markup. */
function written(
  tag: SaxesTagNS,
  text: TextConstruct,
  attributes: Map<string, string>,
  { base, lang }: Frame,
  root: SaxesTagNS | undefined,
): string {
  const type = attributes.get('type')?.trim().toLowerCase();
  const mode = attributes.get('mode')?.trim().toLowerCase();
  const own = new Map(attributes);
  if (lang !== undefined) own.set('xml:lang', lang);
  if (base !== undefined) own.set('xml:base', base);
  const decoded = mode === 'base64' || type === 'application/octet-stream' ? fromBase64(text.plain(), base) : undefined;
  const isXhtml = type === 'xhtml' || (type === 'application/xhtml+xml' && tag.uri === ATOM);
  const textIsHtml = type === 'html';
  const value = decoded ?? text.html({ base, unwrap: isXhtml || textIsHtml, textIsHtml });
  if (text.hasElements || decoded !== undefined) own.set('type', 'html');
  const name = NAMES[tag.local.toLowerCase()] ?? plainName(tag, root);
  return `${startTag(
    name,
    [...own].map(([key, of]) => ({ name: key, value: of })),
  )}${escapeText(value)}</${name}>`;
}

/** `undefined` for octets that are no text. */
function fromBase64(text: string, base: string | undefined): string | undefined {
  try {
    const html = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'));
    return base === undefined ? html : absoluteLinks(html, base);
  } catch {
    return undefined;
  }
}

function startTag(name: string, attributes: readonly Attribute[]): string {
  return `<${name}${attributes.map((attribute) => ` ${attribute.name}="${escapeAttribute(attribute.value)}"`).join('')}>`;
}
