import type { FeedTime } from './feed.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Minutes east of UTC: RFC 822 section 5.1, and the abbreviations in news feeds that have one meaning only. */
const ZONES: Readonly<Record<string, number>> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  west: 60,
  cet: 60,
  cest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  jst: 540,
  kst: 540,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
};

/** RFC 3339 and its looser relatives of ISO 8601: basic format, date alone, blank for T, no zone. */
const ISO_8601 =
  /^(\d{4})-?(\d\d)(?:-?(\d\d))?(?:[t ]\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** RFC 822 as amended by RFC 1123, with the deviations that feeds show: full names, hyphens, no seconds, no weekday. */
const RFC_822 =
  /^(?:[a-z]+\.?,?\s+)?(\d{1,2})[\s-]+([a-z]{3,9})\.?[\s-]+(\d{4}|\d\d)(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([a-z]{1,4}|(?:gmt|utc)?[+-]\d\d:?\d\d)?(?:\s*\([^)]*\))?)?$/i;

/** The time that a feed wrote. Independent of the machine's time zone, unlike Date's own parser. */
export function feedTime(raw: string | undefined): FeedTime | undefined {
  const text = raw?.trim().replace(/\s+/g, ' ').slice(0, 100) ?? '';
  if (text === '') return undefined;
  const instant = readIso(text) ?? readRfc822(text);
  return instant === undefined ? { raw: text } : { raw: text, iso: new Date(instant).toISOString() };
}

function readIso(text: string): number | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, year, month, day = '1', hour = '0', minute = '0', second = '0', zone = 'z'] = match;
  return instantOf([year, month, day, hour, minute, second].map(Number), zone);
}

function readRfc822(text: string): number | undefined {
  const match = RFC_822.exec(text);
  if (match === null) return undefined;
  const [, day, monthName = '', yearText = '', hour = '0', minute = '0', second = '0', zone = 'z'] = match;
  const month = MONTHS.indexOf(monthName.slice(0, 3).toLowerCase()) + 1;
  const year = Number(yearText);
  // RFC 2822 section 4.3: two digits below 50 are of this century.
  const fullYear = yearText.length > 2 ? year : year < 50 ? 2000 + year : 1900 + year;
  return instantOf([fullYear, month, Number(day), Number(hour), Number(minute), Number(second)], zone);
}

function instantOf(
  [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: number[],
  zone: string,
): number | undefined {
  const offset = zoneMinutes(zone.toLowerCase());
  if (offset === undefined || hour > 24 || minute > 59 || second > 60) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC carries 31 February into March; a feed that says so is not understood.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

function zoneMinutes(zone: string): number | undefined {
  const match = /^(?:gmt|utc)?([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) return Object.hasOwn(ZONES, zone) ? ZONES[zone] : undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}
