/** More octets of a Link header are not read. */
const MAX_LENGTH = 32 * 1024;

/** A link of the Link header: its target as it was written, and its parameters by lower-case name. */
export interface HeaderLink {
  target: string;
  /** Of a repeated parameter the first counts (RFC 8288 section 3.3 for `rel`). */
  parameters: ReadonlyMap<string, string>;
}

/** The links of a Link header (RFC 8288); what cannot be read ends the list. Repeated headers are joined by a comma. */
export function parseLinkHeader(header: string | undefined): HeaderLink[] {
  const text = (header ?? '').slice(0, MAX_LENGTH);
  const links: HeaderLink[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && ' \t,'.includes(text[at]!)) at += 1;
    if (text[at] !== '<') return links;
    const close = text.indexOf('>', at);
    if (close === -1) return links;
    const target = text.slice(at + 1, close).trim();
    const { parameters, end } = readParameters(text, close + 1);
    links.push({ target, parameters });
    at = end;
  }
}

/** Reads `; name=value` until a comma outside quotes. */
function readParameters(text: string, from: number): { parameters: Map<string, string>; end: number } {
  const parameters = new Map<string, string>();
  let name = '';
  let value: string | undefined;
  let at = from;
  const keep = (): void => {
    const key = name.trim().toLowerCase();
    if (key !== '' && !parameters.has(key)) parameters.set(key, (value ?? '').trim());
    name = '';
    value = undefined;
  };
  for (; at < text.length && text[at] !== ','; at += 1) {
    const sign = text[at]!;
    if (sign === ';') keep();
    else if (sign === '=' && value === undefined) value = '';
    else if (sign === '"' && value?.trim() === '') {
      const quoted = readQuoted(text, at + 1);
      value = quoted.value;
      at = quoted.end;
    } else if (value === undefined) name += sign;
    else value += sign;
  }
  keep();
  return { parameters, end: at };
}

/** @returns the text of a quoted string, and the place of its closing quote. */
function readQuoted(text: string, from: number): { value: string; end: number } {
  let value = '';
  let at = from;
  for (; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] === '\\') at += 1;
    value += text[at] ?? '';
  }
  return { value, end: at };
}

/** The targets of the links with a relation that are about the page itself. */
export function linksWithRelation(header: string | undefined, relation: string): string[] {
  return parseLinkHeader(header)
    .filter(({ parameters }) => !parameters.has('anchor'))
    .filter(({ parameters }) => (parameters.get('rel') ?? '').toLowerCase().split(/\s+/).includes(relation))
    .map(({ target }) => target);
}
