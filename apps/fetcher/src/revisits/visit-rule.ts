import type { KnownPage } from '../entities/page.entity.js';
import type { RevisitSettings } from './revisits.config.js';

/** Statuses that say that there is no such page (RFC 9110, 15.5.5 and 15.5.11); of 410 the server says: for good. */
export const GONE_STATUSES: ReadonlySet<number> = new Set([404, 410]);

/** In the place of a status: there was no answer. */
export const NO_STATUS = 0;

/** A 410 is the server's own word that it is no passing fault. */
const VISITS_OF_410 = 2;

/** While a missing page is held back, or cannot be visited, its visits become rarer, down to one in so many milliseconds. */
const RAREST_MS = 24 * 3_600_000;

/** Most that a visit is late by plan, as a part of its delay, so that pages found together are not visited together. */
const SPREAD = 0.1;

/** The page after a visit that found it missing. Visits that follow too closely on one another count as one. */
export function afterMissing(page: KnownPage, status: number, now: Date, { goneSpacing }: RevisitSettings): KnownPage {
  const counts = page.lastGoneAt === null || now.getTime() - page.lastGoneAt.getTime() >= goneSpacing;
  return {
    ...page,
    status,
    visitedAt: now,
    goneCount: page.goneCount + (counts ? 1 : 0),
    firstGoneAt: page.firstGoneAt ?? now,
    lastGoneAt: counts ? now : page.lastGoneAt,
  };
}

/** Visits that must have found the page missing, given what the last one was answered. */
export function visitsNeeded(status: number, { goneVisits }: RevisitSettings): number {
  return status === 410 ? Math.min(VISITS_OF_410, goneVisits) : goneVisits;
}

/** When the page is visited next, after `now`; `null`: no more. */
export function nextVisit(page: KnownPage, now: Date, settings: RevisitSettings): Date | null {
  if (settings.revisit.length === 0) return null;
  if (page.firstGoneAt !== null && page.withdrawnAt === null) return nextLook(page, page.firstGoneAt, now, settings);
  const from = (page.withdrawnAt ?? page.firstFetchedAt).getTime();
  const next = settings.revisit.map((delay) => from + late(page, delay)).find((at) => at > now.getTime());
  return next === undefined ? null : new Date(next);
}

/**
 * When a page is visited next whose host had no answer for it: sooner than planned the first time, then by plan, so that a
 * host that is down is not asked by each of its pages all the time.
 */
export function nextVisitAfterFault(page: KnownPage, now: Date, settings: RevisitSettings): Date | null {
  const planned = nextVisit(page, now, settings);
  const hadNone = page.status === NO_STATUS || page.status === 429 || page.status >= 500;
  if (hadNone || settings.revisit.length === 0) return planned;
  const soon = new Date(now.getTime() + late(page, settings.goneSpacing));
  return planned !== null && planned < soon ? planned : soon;
}

/**
 * Of a page that is missing: by the spacing until it is confirmed; while it is held back, at twice the time each. A visit
 * that has not been made although it was due is under way, or lost: each further one waits as long as the page has waited.
 */
function nextLook(page: KnownPage, missingSince: Date, now: Date, settings: RevisitSettings): Date | null {
  const { goneSpacing, goneVisits, pageRetention } = settings;
  const held = Math.min(30, Math.max(0, page.goneCount - goneVisits));
  const wait = late(page, Math.min(goneSpacing * 2 ** held, Math.max(goneSpacing, RAREST_MS)));
  const after = (page.lastGoneAt ?? now).getTime() + wait;
  const unvisited = Math.min(now.getTime() - page.visitedAt.getTime(), RAREST_MS);
  const at = after > now.getTime() ? after : now.getTime() + Math.max(wait, unvisited);
  return at - missingSince.getTime() > pageRetention ? null : new Date(at);
}

/** The delay, later by a part that is the page's own: ids are hashes. */
function late({ id }: KnownPage, delayMs: number): number {
  const part = Number.parseInt(id.slice(0, 8), 16) / 2 ** 32;
  return Math.ceil(delayMs * (1 + SPREAD * part));
}
