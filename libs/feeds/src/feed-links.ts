import { entryUrl } from './entry-url.js';

interface Link {
  href?: string;
  rel?: string;
  type?: string;
}

/** RFC 4287 section 4.2.7.2: a link without rel is the alternate; of several the HTML one is the page. */
export function alternateLink(links: readonly Link[] | undefined): string | undefined {
  const alternates = withRelation(links, 'alternate');
  return (alternates.find(({ type = 'text/html' }) => /html/i.test(type)) ?? alternates[0])?.href;
}

/** What a feed's own links say to those who poll it. */
export function pollingLinks(
  links: readonly Link[] | undefined,
  bases: readonly (string | undefined)[],
): { hubs: (string | undefined)[]; self: string | undefined } {
  return {
    hubs: withRelation(links, 'hub').map(({ href }) => entryUrl([href], bases)),
    self: entryUrl([withRelation(links, 'self')[0]?.href], bases),
  };
}

/** Relations are compared without regard to case; one attribute may hold several (RFC 8288 section 3.3). */
function withRelation(links: readonly Link[] | undefined, relation: string): Link[] {
  return (links ?? []).filter(
    ({ rel = 'alternate', href }) => href !== undefined && rel.toLowerCase().split(/\s+/).includes(relation),
  );
}
