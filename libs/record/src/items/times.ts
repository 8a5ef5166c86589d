/** A moment as a document states it. */
export interface StatedTime {
  /** UTC, RFC 3339. */
  iso: string;
  /** Exactly what stood in the document. */
  raw: string;
  /** `assumed-utc` when the document names no zone. */
  zone: 'explicit' | 'assumed-utc';
  /** False when the document names a day alone; then it is its first moment. */
  hasTime: boolean;
}

/** ISO 8601 in its extended form (RFC 3339) or its basic one, as NewsML 1 and NITF write it. */
const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)? ?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** Longer texts are no moments. */
const MAX_LENGTH = 64;

/**
 * Reads a full date, with or without a time of day and a zone. Undefined for anything else: parts of a date, moments
 * that no calendar has, years before 1900 (a newsroom's archive) and after 9998.
 */
export function readTime(text: string): StatedTime | undefined {
  const raw = text.trim();
  const found = raw.length > MAX_LENGTH ? null : ISO.exec(raw);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone] = found;
  const hasTime = hour !== undefined;
  const local = `${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const moment = new Date(local);
  // A 31st of April would be read as the 1st of May.
  if (Number(year) < 1900 || Number(year) > 9998 || Number.isNaN(moment.getTime()) || moment.toISOString() !== local) {
    return undefined;
  }
  const offset = offsetOf(zone);
  if (offset === undefined) return undefined;
  return {
    iso: new Date(moment.getTime() - offset * 60_000).toISOString().replace('.000Z', 'Z'),
    raw,
    zone: zone === undefined ? 'assumed-utc' : 'explicit',
    hasTime,
  };
}

/** Minutes east of UTC; undefined for an offset that no place on earth has (RFC 3339 section 4.3 allows up to 23:59). */
function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
