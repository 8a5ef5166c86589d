/** Longest list that is read, in characters: 24 hours, each with its element, fit many times. */
const LONGEST_LIST = 4_096;

/** When a feed asks not to be read (RSS 2.0 `skipHours` and `skipDays`), in UTC. */
export interface SkippedTimes {
  /** 0 to 23; the 24 of RSS 0.91 is midnight. Empty when the feed does not ask. */
  hours: number[];
  /** English names. Empty when the feed does not ask. */
  days: string[];
}

/** Read from the text, because the parser passes over lists of a single element. */
export function skippedTimes(document: string): SkippedTimes {
  const hours = itemsOf(document, /<skipHours\b[^>]{0,100}>/i, /<hour>\s{0,20}(\d{1,2})\s{0,20}</gi)
    .map(Number)
    .filter((hour) => hour <= 24)
    .map((hour) => hour % 24);
  const days = itemsOf(document, /<skipDays\b[^>]{0,100}>/i, /<day>\s{0,20}([a-z]{6,9})\s{0,20}</gi);
  return { hours: [...new Set(hours)], days: [...new Set(days)] };
}

function itemsOf(document: string, opening: RegExp, item: RegExp): string[] {
  const found = opening.exec(document);
  if (found === null) return [];
  const from = found.index + found[0].length;
  const list = document.slice(from, from + LONGEST_LIST);
  const end = list.search(/<\/skip(?:Hours|Days)/i);
  return Array.from(list.slice(0, Math.max(0, end)).matchAll(item), ([, value = '']) => value);
}
