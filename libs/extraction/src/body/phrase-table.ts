/** Names longer than this hold no more evidence. */
const MAX_NAME = 240;

/** Words in a row that make a phrase of one of the patterns. */
interface Phrase {
  readonly words: readonly string[];
  /** The bits of the patterns that it belongs to. */
  readonly patterns: number;
}

/**
 * Finds the phrases of many patterns in a name by one look-up per word. A pattern is written as the regular expression
 * that it equals over `nameWords`: `/ (?:word|two words|plurals?|read ?more|[ao]) /`, of words, groups, sets of letters
 * and `?` alone; anything else is a RangeError when the table is made.
 */
export class PhraseTable {
  private readonly byFirstWord = new Map<string, Phrase[]>();
  /** Marks the shapes of all first words, so that most words of a name need not be cut out to be looked up. */
  private readonly shapes = new Uint8Array(1 << 15);

  /** At most 31 patterns. */
  constructor(patterns: readonly RegExp[]) {
    patterns.forEach(({ source }, place) => {
      for (const text of new PatternReader(source).read()) {
        const words = text.trim().split(' ');
        const [first = ''] = words;
        const phrases = this.byFirstWord.get(first) ?? [];
        phrases.push({ words, patterns: 1 << place });
        this.byFirstWord.set(first, phrases);
        this.shapes[shapeOf(first, 0, first.length)] = 1;
      }
    });
  }

  /** The patterns with a phrase in the name, as bits in the order of the constructor. */
  find(name: string): number {
    const words = split.read(name);
    let found = 0;
    for (let i = 0; i < words.count; i++) {
      if (this.shapes[shapeOf(name, words.starts[i]!, words.ends[i]!)] === 0) continue;
      const phrases = this.byFirstWord.get(words.word(i));
      if (phrases === undefined) continue;
      for (const phrase of phrases) if (standsAt(phrase.words, words, i)) found |= phrase.patterns;
    }
    return found;
  }

  /** True when a phrase of any pattern stands in the name. */
  matches(name: string): boolean {
    return this.find(name) !== 0;
  }
}

/** The first three letters, the last one and the length of a word, in 15 bits; the same for capitals. */
function shapeOf(text: string, start: number, end: number): number {
  const last = text.charCodeAt(end - 1) & 31;
  const second = end - start > 1 ? text.charCodeAt(start + 1) & 31 : 0;
  const third = end - start > 2 ? text.charCodeAt(start + 2) & 31 : 0;
  const ends = ((text.charCodeAt(start) & 31) << 10) | (second << 5) | Math.min(end - start, 31);
  return ends ^ (third << 3) ^ (last << 7);
}

function standsAt(phrase: readonly string[], words: NameSplit, place: number): boolean {
  if (place + phrase.length > words.count) return false;
  for (let i = 1; i < phrase.length; i++) if (words.word(place + i) !== phrase[i]) return false;
  return true;
}

/** A class attribute as lower-case words, with a space on each side of every word. */
export function nameWords(name: string): string {
  const words = split.read(name);
  let text = ' ';
  for (let i = 0; i < words.count; i++) text += `${words.word(i)} `;
  return text;
}

/** Kinds of signs in a name. */
const GAP = 0;
const LOWER = 1;
const UPPER = 2;
const OTHER = 3;

/** The kind of each sign up to the end of extended Latin; those beyond part words. */
const SIGNS = Uint8Array.from({ length: 0x250 }, (_, c) => {
  if (c >= 0x61 && c <= 0x7a) return LOWER;
  if (c >= 0x41 && c <= 0x5a) return UPPER;
  return (c >= 0x30 && c <= 0x39) || c >= 0xc0 ? OTHER : GAP;
});

/** The words of a class or id: parted at every sign that is no letter or digit, and at camel case. */
class NameSplit {
  count = 0;
  readonly starts = new Int32Array(MAX_NAME);
  readonly ends = new Int32Array(MAX_NAME);
  private name = '';
  private capitals = false;

  read(name: string): this {
    const length = Math.min(name.length, MAX_NAME);
    this.name = name;
    this.count = 0;
    this.capitals = false;
    let from = -1;
    let before = GAP;
    for (let i = 0; i < length; i++) {
      const c = name.charCodeAt(i);
      const kind = c < SIGNS.length ? SIGNS[c]! : GAP;
      if (kind === UPPER) this.capitals = true;
      if (kind !== before) {
        if (kind === GAP) {
          this.add(from, i);
          from = -1;
        } else if (before === GAP) from = i;
        else if (kind === UPPER && before === LOWER) {
          this.add(from, i);
          from = i;
        }
        before = kind;
      }
    }
    if (from >= 0) this.add(from, length);
    return this;
  }

  /** The word at a place, in lower case. */
  word(place: number): string {
    const word = this.name.slice(this.starts[place], this.ends[place]);
    return this.capitals ? word.toLowerCase() : word;
  }

  private add(start: number, end: number): void {
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }
}

/** One for all: what it holds is of no use once the next name is read. */
const split = new NameSplit();

/** Writes out every text that a pattern matches. */
class PatternReader {
  private at = 0;

  constructor(private readonly source: string) {}

  read(): string[] {
    const texts = this.alternatives();
    if (this.at < this.source.length) throw new RangeError(`not a pattern of phrases: ${this.source.slice(this.at)}`);
    return texts;
  }

  private alternatives(): string[] {
    const texts = this.sequence();
    while (this.take('|')) texts.push(...this.sequence());
    return texts;
  }

  private sequence(): string[] {
    let texts = [''];
    while (this.at < this.source.length && !/[|)]/.test(this.source[this.at]!)) {
      const one = this.item();
      const ends = this.take('?') ? ['', ...one] : one;
      texts = texts.flatMap((text) => ends.map((end) => text + end));
    }
    return texts;
  }

  private item(): string[] {
    if (this.take('(?:')) {
      const texts = this.alternatives();
      if (!this.take(')')) throw new RangeError(`a group without an end: ${this.source}`);
      return texts;
    }
    if (this.take('[')) {
      const end = this.source.indexOf(']', this.at);
      const letters = this.source.slice(this.at, end);
      if (!/^[a-zà-ɏ]+$/.test(letters)) throw new RangeError(`not a set of letters: ${letters}`);
      this.at = end + 1;
      return Array.from(letters);
    }
    const sign = this.source[this.at++]!;
    if (!/[a-z0-9à-ɏ ]/.test(sign)) throw new RangeError(`a sign that no name holds: ${sign} in ${this.source}`);
    return [sign];
  }

  private take(sign: string): boolean {
    const found = this.source.startsWith(sign, this.at);
    if (found) this.at += sign.length;
    return found;
  }
}
