/** Where a document says that its changes are told (W3C WebSub section 4). */
export interface WebSubLinks {
  /** Addresses of hubs, as the document writes them, in its order. */
  hubs: string[];
  /** The address under which a hub knows the document. */
  self?: string;
}

/** Links of Atom, or of Atom's namespace in RSS and RDF. */
export function webSubLinks(links: readonly { href?: string; rel?: string }[] | undefined): WebSubLinks {
  const hrefs = (rel: string): string[] =>
    (links ?? []).filter((link) => link.rel?.toLowerCase() === rel).flatMap(({ href }) => href?.trim() || []);
  const self = hrefs('self')[0];
  return { hubs: hrefs('hub'), ...(self !== undefined && { self }) };
}
