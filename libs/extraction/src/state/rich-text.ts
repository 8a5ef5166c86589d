/*
 * Rich text as publishing systems keep it in JSON: arrays of nodes with a type and either a text, a piece of HTML, or
 * nodes of their own. It is written as HTML, so that one reader serves all of them.
 */

/** Where a node keeps its text or its HTML, and where its children, the usual names first. */
const TEXTS = [
  'text',
  'value',
  'content',
  'html',
  'body',
  'copy',
  'markup',
  'paragraph',
  'data',
  'contentHtml',
  'htmlText',
];
const CHILDREN = [
  'content',
  'children',
  'nodes',
  'elements',
  'contents',
  'items',
  'blocks',
  'components',
  'body',
  'runs',
  'paragraphs',
  'fields',
];
/** Where a node keeps the fields of its own that are no children. */
const HOLDERS = ['model', 'fields', 'props', 'attributes', 'attrs', 'data', 'node', 'contents', 'content', 'config'];
const KINDS = ['type', '__typename', 'kind', 'tag', 'tagName', 'nodeType', 'name', 'component'];

/** Nodes that are not running text, in words of their kind. */
const NOT_TEXT =
  /image|photo|picture|figure|caption|video|audio|media|gallery|slideshow|embed|iframe|script|advert|\bad\b|^ads?$|promo|newsletter|related|recirc|read-?more|teaser|card|widget|tweet|instagram|social|button|byline|author|interstitial|raw_?html|poll|quiz|map|infobox/i;
const HEADING = /^(?:h[2-6]|heading|header|sub-?head(?:ing|line)?|subtitle|title|crosshead(?:ing)?)/i;
const LIST_ENTRY = /^(?:li|list-?item)$/i;
const QUOTE = /quote/i;

/** Nesting below which no text of an article stands. */
const MAX_DEPTH = 12;

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** HTML of an array of rich text nodes; entries that are no text leave nothing behind. */
export function richTextHtml(nodes: readonly unknown[]): string {
  return nodes.map((node) => blockHtml(node)).join('\n');
}

function blockHtml(node: unknown): string {
  const kind = kindOf(node);
  if (NOT_TEXT.test(kind)) return '';
  const html = inlineHtml(node, 0);
  if (html.trim() === '') return '';
  if (/<(?:p|div|h[1-6]|ul|ol|blockquote)[\s>]/i.test(html)) return html;
  if (HEADING.test(kind)) return `<h2>${html}</h2>`;
  if (LIST_ENTRY.test(kind)) return `<ul><li>${html}</li></ul>`;
  if (QUOTE.test(kind)) return `<blockquote>${html}</blockquote>`;
  return `<p>${html}</p>`;
}

function inlineHtml(node: unknown, depth: number): string {
  if (typeof node === 'string') return asHtml(node);
  if (depth > MAX_DEPTH) return '';
  if (Array.isArray(node)) return node.map((child) => inlineHtml(child, depth + 1)).join('');
  if (!isFields(node) || (depth > 0 && NOT_TEXT.test(kindOf(node)))) return '';
  const children = CHILDREN.map((name) => node[name]).find((value) => Array.isArray(value) && value.length > 0);
  const text = TEXTS.map((name) => node[name]).find((value) => typeof value === 'string' && value !== '');
  const inner =
    children === undefined && typeof text === 'string'
      ? asHtml(text)
      : ((children ?? heldBy(node)) as unknown[]).map((child) => childHtml(child, depth + 1)).join('');
  const href = hrefOf(node);
  return href === undefined || inner === '' ? inner : `<a href="${escape(href)}">${inner}</a>`;
}

/** The object that holds a node's fields, when the node itself holds neither text nor children. */
function heldBy(node: Fields): unknown[] {
  const holder = HOLDERS.map((name) => node[name]).find(isFields);
  return holder === undefined ? [] : [holder];
}

/** Entries of a list stay apart; other children run on. */
function childHtml(node: unknown, depth: number): string {
  const html = inlineHtml(node, depth);
  return LIST_ENTRY.test(kindOf(node)) ? `<li>${html}</li>` : html;
}

function kindOf(node: unknown): string {
  if (!isFields(node)) return '';
  for (const name of KINDS) {
    const kind = node[name];
    if (typeof kind === 'string' && kind !== '') return kind;
  }
  return '';
}

function hrefOf(node: Fields): string | undefined {
  for (const holder of [node, node['data'], node['attributes'], node['attrs'], node['props']]) {
    if (isFields(holder) && typeof holder['href'] === 'string') return holder['href'];
  }
  return undefined;
}

/** A text that holds tags is HTML already. */
function asHtml(text: string): string {
  return /<\/?[a-z][^<>]{0,500}>/i.test(text) ? text : escape(text);
}

function escape(text: string): string {
  return text
    .replace(/&(?!#?\w{1,12};)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
