import type { DateFound } from '../article.js';
import type { Candidate } from './candidate.js';
import type { DayOrder } from './date-formats.js';

/** Top-level domains under which English pages mostly write the month first. */
const AMERICAN = /\.(?:com|us|gov|edu|mil|net|org)$/;

/** How a page writes `03/04/2024`: English of the United States and the Philippines, or unmarked English under .com. */
export function dayOrder(language: string | undefined, url: string): DayOrder {
  const tag = language?.toLowerCase() ?? '';
  if (/^(?:en-(?:us|ph)|fil)/.test(tag)) return 'month-first';
  return tag === 'en' && AMERICAN.test(URL.parse(url)?.hostname ?? '') ? 'month-first' : 'day-first';
}

/** Signals below this confidence do not correct others. */
export const LEAST_WITNESS = 0.6;

/**
 * Lets a signal that states the same moment more precisely go before the most trusted one: the time of day where that
 * one has none, the zone where that one has none, the publisher's own zone where that one is in UTC. The printed day
 * stays the same or becomes the one of the publisher's zone.
 */
export function preferPrecise(candidates: Candidate<DateFound>[]): Candidate<DateFound>[] {
  let best: Candidate<DateFound> | undefined;
  for (const one of candidates) if (!best || one.confidence > best.confidence) best = one;
  if (!best) return candidates;
  let better: Candidate<DateFound> | undefined;
  for (const one of candidates) {
    if (one === best || one.confidence < LEAST_WITNESS || (better && one.confidence <= better.confidence)) continue;
    if (isMorePrecise(one.value, best.value)) better = one;
  }
  const top = best.confidence;
  return better
    ? candidates.map((one) => (one === better ? { ...one, confidence: Math.min(1, top + 0.01) } : one))
    : candidates;
}

function isMorePrecise(one: DateFound, than: DateFound): boolean {
  const [printed, other] = [one, than].map(({ raw }) => PRINTED.exec(raw));
  const hasTime = printed?.[2] !== undefined;
  if (!printed || !other || !hasTime) return false;
  if (other[2] === undefined) return printed[1] === other[1];
  const isOwnZone = one.zone === 'explicit' && OWN_ZONE.test(one.raw);
  if (than.zone === 'assumed-utc') return one.zone === 'explicit' && printed[1] === other[1] && printed[2] === other[2];
  return isOwnZone && !OWN_ZONE.test(than.raw) && Math.abs(Date.parse(one.iso) - Date.parse(than.iso)) < 60_000;
}

/** Day and minute as an ISO text prints them. */
const PRINTED = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?/;

/** An offset from UTC that is not zero. */
const OWN_ZONE = /\d[+-](?!00:?00)\d\d:?\d\d$/;
