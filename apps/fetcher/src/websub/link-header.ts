/** A link of a Link header (RFC 8288). */
export interface HeaderLink {
  /** As written. */
  href: string;
  /** Lower case. */
  rels: string[];
}

/**
 * The links of a Link header whose context is the document itself (RFC 8288 section 3). What cannot be read ends the list.
 * Takes time in proportion to the length.
 */
export function linksOfHeader(header: string): HeaderLink[] {
  const links: HeaderLink[] = [];
  for (let at = 0; ;) {
    at = skip(header, at, ' \t,');
    if (header[at] !== '<') return links;
    const end = header.indexOf('>', at);
    if (end < 0) return links;
    const href = header.slice(at + 1, end).trim();
    const { parameters, next } = readParameters(header, end + 1);
    const rels = parameters.get('rel')?.toLowerCase().split(/[ \t]/).filter(Boolean) ?? [];
    if (!parameters.has('anchor')) links.push({ href, rels });
    at = next;
  }
}

/** The first of each parameter, by lower-case name (RFC 8288 section 3.3: later ones are ignored). */
function readParameters(header: string, from: number): { parameters: Map<string, string>; next: number } {
  const parameters = new Map<string, string>();
  let at = skip(header, from, ' \t');
  while (header[at] === ';') {
    const nameFrom = skip(header, at + 1, ' \t');
    const nameTo = find(header, nameFrom, '=;, \t');
    const name = header.slice(nameFrom, nameTo).toLowerCase();
    at = skip(header, nameTo, ' \t');
    let value = '';
    if (header[at] === '=') ({ value, next: at } = readValue(header, skip(header, at + 1, ' \t')));
    if (name !== '' && !parameters.has(name)) parameters.set(name, value);
    at = skip(header, at, ' \t');
  }
  return { parameters, next: at };
}

function readValue(header: string, from: number): { value: string; next: number } {
  if (header[from] !== '"') {
    const next = find(header, from, ';, \t');
    return { value: header.slice(from, next), next };
  }
  let value = '';
  for (let at = from + 1; at < header.length; at += 1) {
    if (header[at] === '"') return { value, next: at + 1 };
    if (header[at] === '\\') at += 1;
    value += header[at] ?? '';
  }
  return { value, next: header.length };
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text[at]!)) at += 1;
  return at;
}

function find(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && !characters.includes(text[at]!)) at += 1;
  return at;
}
