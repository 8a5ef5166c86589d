import { articles } from './articles.data.ts';
import { deadEnds } from './dead-ends.data.ts';
import { listPages } from './list-pages.data.ts';
import type { PageDescription } from './page-description.ts';
import { servicePages } from './service-pages.data.ts';
import type { SiteName } from './site-templates.ts';

/** Pages that are no articles, and articles that look like them. */
export const testPages: readonly PageDescription[] = [...listPages, ...deadEnds, ...servicePages, ...articles];

const HELD_OUT_TONGUES = new Set(['pl', 'tr', 'fi', 'ko', 'pt']);
const HELD_OUT_SITES: ReadonlySet<SiteName> = new Set(['hashed', 'native']);
const HELD_OUT_KINDS = new Set(['podcast-index', 'e-paper', 'job', 'events', 'comments', 'q-and-a', 'recipe']);

/** True for pages whose language, publishing system or kind was kept apart while the rules were written. */
export function isHeldOut({ tongue, site, kind }: PageDescription): boolean {
  return HELD_OUT_TONGUES.has(tongue) || HELD_OUT_SITES.has(site) || HELD_OUT_KINDS.has(kind);
}
