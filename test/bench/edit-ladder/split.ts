import { Chance } from './chance.ts';
import type { KnownPage } from './pages.ts';

/** Pages that were looked at while the rules were written, and pages that were kept apart; by chance, the same every time. */
export function splitPages(pages: readonly KnownPage[]): { open: KnownPage[]; heldOut: KnownPage[] } {
  const drawn = pages
    .map((page) => ({ page, lot: new Chance(`ladder ${page.id}`).below(1_000_000) }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ page }) => page);
  return { open: drawn.filter((_, i) => i % 2 === 0), heldOut: drawn.filter((_, i) => i % 2 === 1) };
}
