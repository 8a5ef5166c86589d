import { ERAS, MONTHS, ZONES } from './date-words.js';

/** A parsed moment: UTC, and whether the text named its zone. */
export interface ParsedDate {
  iso: string;
  zone: 'explicit' | 'assumed-utc';
}

/** How an ambiguous `03/04/2024` is read. */
export type DayOrder = 'day-first' | 'month-first';

interface Day {
  year: number;
  month: number;
  day: number;
  /** Where the time of day may begin in the text. */
  rest: string;
}

const MAX_LENGTH = 200;

/**
 * Reads a date as publishers write it: ISO 8601 (full, date only, compact), RFC 2822, Unix time in seconds or
 * milliseconds, numbers with dots or slashes, and written dates in some twenty languages. Undefined when the text
 * holds no full date, or one before 1990 or after 2100: news pages state other numbers too.
 */
export function parseDate(text: string, order: DayOrder = 'day-first'): ParsedDate | undefined {
  const raw = asciiDigits(text.trim().slice(0, MAX_LENGTH));
  if (/^\d{10}(?:\.\d+)?$/.test(raw)) return fromEpoch(Number(raw) * 1_000);
  if (/^\d{13}$/.test(raw)) return fromEpoch(Number(raw));
  if (!YEAR.test(raw)) return undefined;
  const day = isoDay(raw) ?? compactDay(raw) ?? eastAsianDay(raw) ?? numericDay(raw, order) ?? writtenDay(raw);
  if (!day) return undefined;
  const time = timeOfDay(day.rest) ?? timeOfDay(raw.slice(0, raw.length - day.rest.length));
  return build(day, time);
}

/** Every full date holds a year in four digits (of the Buddhist era too), or in two behind a day and a month. */
const YEAR = /(?:19|20|25)\d\d|\d[./-]\d{1,2}[./-]\d\d|\d年|\p{L}[.,-]?[\s-]['’]?\d\d\b/u;

const NATIVE_DIGITS = /[٠-٩۰-۹०-९０-９๐-๙]/gu;

/** Digits of other scripts as ASCII; every sign keeps its place. */
function asciiDigits(text: string): string {
  // eslint-disable-next-line no-control-regex -- the range is that of ASCII
  if (/^[\u0000-\u007f]*$/.test(text)) return text;
  // In each of these scripts the digits stand in a row of Unicode that begins at a multiple of 16, or 6 after one.
  return text.replace(NATIVE_DIGITS, (digit) => {
    const low = digit.codePointAt(0)! & 15;
    return String(digit >= '०' && digit <= '९' ? low - 6 : low);
  });
}

interface Time {
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Minutes east of UTC. */
  offset: number | undefined;
}

function build(day: Day, time: Time | undefined): ParsedDate | undefined {
  const { month, day: date } = day;
  // Thai pages count the years of the Buddhist era.
  const year = day.year > 2_500 && day.year < 2_600 ? day.year - 543 : day.year;
  if (year < 1990 || year > 2100 || month < 1 || month > 12 || date < 1) return undefined;
  if (date > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const { hour = 0, minute = 0, second = 0, millisecond = 0, offset } = time ?? {};
  const utc = Date.UTC(year, month - 1, date, hour, minute, second, millisecond) - (offset ?? 0) * 60_000;
  return { iso: formatUtc(utc), zone: offset === undefined ? 'assumed-utc' : 'explicit' };
}

function fromEpoch(ms: number): ParsedDate | undefined {
  const year = new Date(ms).getUTCFullYear();
  return year < 1990 || year > 2100 ? undefined : { iso: formatUtc(ms), zone: 'explicit' };
}

function formatUtc(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

const ISO_DAY = /(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/;

function isoDay(text: string): Day | undefined {
  const found = ISO_DAY.exec(text);
  return found ? toDay(text, found, 1, 2, 3) : undefined;
}

function compactDay(text: string): Day | undefined {
  const found = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?/.exec(text);
  if (!found) return undefined;
  const day = toDay(text, found, 1, 2, 3);
  const [, , , , hour, minute, second] = found;
  if (hour !== undefined) day.rest = `${hour}:${minute}:${second ?? '00'}${day.rest}`;
  return day;
}

function eastAsianDay(text: string): Day | undefined {
  if (!/[年년]/.test(text)) return undefined;
  const found = /(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号]/.exec(text);
  if (found) return toDay(text, found, 1, 2, 3);
  const era = /(令和|平成)\s?(\d{1,2}|元)年\s?(\d{1,2})月\s?(\d{1,2})日/.exec(text);
  if (!era) return undefined;
  const year = ERAS.get(era[1]!)! + (era[2] === '元' ? 1 : Number(era[2]));
  return { ...toDay(text, era, 2, 3, 4), year };
}

function numericDay(text: string, order: DayOrder): Day | undefined {
  const yearFirst = /(?<!\d)(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)/.exec(text);
  if (yearFirst) return toDay(text, yearFirst, 1, 2, 3);
  const dotted = /(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)/.exec(text);
  if (dotted) return toDay(text, dotted, 3, 2, 1);
  const short = /(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{2})(?![\d.])/.exec(text);
  if (short) return { ...toDay(text, short, 3, 2, 1), year: centuryOf(Number(short[3])) };
  const slashed = /(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(\d{4}|(?<=\/)\d{2})(?![\d/-])/.exec(text);
  if (!slashed) return undefined;
  const [, first, , second, written] = slashed;
  const year = written!.length === 2 ? centuryOf(Number(written)) : Number(written);
  const monthFirst = Number(second) > 12 || (order === 'month-first' && Number(first) <= 12);
  return { ...(monthFirst ? toDay(text, slashed, 4, 1, 3) : toDay(text, slashed, 4, 3, 1)), year };
}

function toDay(text: string, found: RegExpExecArray, year: number, month: number, day: number): Day {
  const rest = text.slice(found.index + found[0].length);
  return { year: Number(found[year]), month: Number(found[month]), day: Number(found[day]), rest };
}

interface Word {
  text: string;
  end: number;
}

/** A day, a month's name and a year, at most two small words apart, in any of the usual orders. */
function writtenDay(text: string): Day | undefined {
  const words: Word[] = [];
  for (const found of plain(text).matchAll(/\d+|[\p{L}\p{M}]+/gu))
    words.push({ text: found[0], end: found.index + found[0].length });
  for (let i = 0; i < words.length; i++) {
    const month = monthOf(words[i]!.text);
    if (month === undefined) continue;
    const before = nearNumber(words, i, -1);
    const after = nearNumber(words, i, 1);
    const afterNext = after === undefined ? undefined : nearNumber(words, after, 1);
    const found =
      dayOf(text, words, month, before, after, after) ?? // "12 March 2024", "12 de marzo de 2024"
      dayOf(text, words, month, after, afterNext, afterNext) ?? // "March 12, 2024"
      dayOf(text, words, month, after, before, after); // "2024 March 12", "2024. március 12."
    if (found) return found;
  }
  return undefined;
}

/** The month that a word names; Hebrew writes its "in" as the word's first letter. */
function monthOf(word: string): number | undefined {
  return MONTHS.get(word) ?? (word.startsWith('ב') ? MONTHS.get(word.slice(1)) : undefined);
}

/** What may follow a year in two digits: the end, a mark, or a time of day. */
const SHORT_YEAR_END = /^(?:\s?$|\s?[,|–—-]|\s(?:(?:at|um|à|kl\.?)\s?)?\d{1,2}[:.h])/;

/** The year that two digits mean, 1970 to 2069. */
function centuryOf(year: number): number {
  return year < 70 ? 2_000 + year : 1_900 + year;
}

/** The date that three words make, when they have the form of a day and a year; `last` is the one that ends it. */
function dayOf(
  text: string,
  words: readonly Word[],
  month: number,
  day: number | undefined,
  year: number | undefined,
  last: number | undefined,
): Day | undefined {
  if (day === undefined || year === undefined || last === undefined || !isDay(words[day]!)) return undefined;
  const written = words[year]!.text;
  // A year in two digits stands in "12 Mar 24" and nowhere else: "March 12, 10 min read" has none.
  const isShort = /^\d\d$/.test(written) && last - day >= 2 && SHORT_YEAR_END.test(text.slice(words[last]!.end));
  if (!isYear(words[year]!) && !isShort) return undefined;
  const full = isShort ? centuryOf(Number(written)) : Number(written);
  return { year: full, month, day: Number(words[day]!.text), rest: text.slice(words[last]!.end) };
}

const PARTICLES = new Set([
  'de',
  'del',
  'of',
  'st',
  'nd',
  'rd',
  'th',
  'er',
  'the',
  'o',
  'ta',
  'a',
  'di',
  'ที่',
  'พ',
  'ศ',
]);

function nearNumber(words: readonly Word[], from: number, step: 1 | -1): number | undefined {
  for (let i = from + step, seen = 0; i >= 0 && i < words.length && seen < 3; i += step, seen++) {
    if (/^\d/.test(words[i]!.text)) return i;
    if (!PARTICLES.has(words[i]!.text)) return undefined;
  }
  return undefined;
}

function isDay(word: Word): boolean {
  return /^\d{1,2}$/.test(word.text) && Number(word.text) >= 1 && Number(word.text) <= 31;
}

function isYear(word: Word): boolean {
  return /^(?:19|20|25)\d\d$/.test(word.text);
}

/** Lower case without accents; every sign keeps its place. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- the range is that of ASCII
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase();
  return Array.from(text.toLowerCase(), (sign) => {
    const stripped = sign.normalize('NFD').replace(/\p{M}/gu, '');
    return stripped.length === sign.length && !/[йї]/.test(sign) ? stripped : sign;
  }).join('');
}

const CLOCK =
  /(?<![\d:.])(\d{1,2})\s?(?:[:h時시]|\.(?=\d\d(?!\d|\.)))\s?(\d{2})?(?:分|분)?(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?\s?m\b\.?)?\s*(?:uhr\s*)?(z\b|[+-]\d{2}:?\d{2}(?!\d)|[+-]\d{2}(?!\d)|\(?(?:gmt|utc)\s?[+-]\d{1,2}(?::?\d{2})?|\(?[a-z]{2,4}\b)?/i;
const HOUR_ONLY = /(?<![\d:.])(\d{1,2})\s?([ap])\.?m\b\.?\s*([a-z]{2,4}\b)?/i;

/** Half of the day before the hour, as East Asian and Arabic pages write it. */
const HALF_DAY = /(上午|午前|오전|下午|午後|오후|晚上)\s?(?=\d)|\d\s?(ص|م)(?!\p{L})/u;

function timeOfDay(text: string): Time | undefined {
  const time = clockOf(text);
  const half = time && time.hour <= 12 ? HALF_DAY.exec(text) : null;
  if (!time || !half) return time;
  const isLate = half[2] === undefined ? /下午|午後|오후|晚上/.test(half[1]!) : half[2] === 'م';
  return { ...time, hour: (time.hour % 12) + (isLate ? 12 : 0) };
}

function clockOf(text: string): Time | undefined {
  const found = CLOCK.exec(text);
  if (found?.[2] !== undefined || /^\d{1,2}\s?[h時시]/.test(found?.[0] ?? '')) {
    const [, hour, minute, second, fraction, half, zone] = found!;
    const millisecond = fraction === undefined ? 0 : Math.trunc(Number(`0.${fraction}`) * 1_000);
    return clock(Number(hour), Number(minute ?? 0), Number(second ?? 0), millisecond, half, zone);
  }
  const hourOnly = HOUR_ONLY.exec(text);
  return hourOnly ? clock(Number(hourOnly[1]), 0, 0, 0, hourOnly[2], hourOnly[3]) : undefined;
}

function clock(
  hour: number,
  minute: number,
  second: number,
  millisecond: number,
  half?: string,
  zone?: string,
): Time | undefined {
  const halfDay = half?.toLowerCase();
  const h = halfDay === undefined ? hour : (hour % 12) + (halfDay === 'p' ? 12 : 0);
  if (h > 24 || minute > 59 || second > 60) return undefined;
  return { hour: h, minute, second, millisecond, offset: zone === undefined ? undefined : zoneOffset(zone) };
}

function zoneOffset(zone: string): number | undefined {
  const name = zone.toLowerCase().replace(/[(\s]/g, '');
  const numeric = /^(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})?$/.exec(name);
  if (!numeric) return ZONES.get(name);
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  return numeric[1] === '-' ? -minutes : minutes;
}
