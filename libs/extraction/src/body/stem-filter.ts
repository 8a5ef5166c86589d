/** Letters of a stem that are looked at. */
const WIDTH = 4;

/**
 * Tells by one look per letter which of several patterns may match a text: those of which a stem seems to stand in it.
 * Every match of a pattern must hold one of its stems; that a stem seems to stand proves nothing. East Asian texts may
 * match every pattern.
 */
export class StemFilter {
  /** The patterns' bits by the hash of a stem's letters. */
  private readonly patterns = new Int32Array(1 << 16);
  private readonly all: number;

  /**
   * @param stems of each pattern, at most 31: pieces of four letters, parted by a bar
   * @throws RangeError for a stem of another length
   */
  constructor(stems: readonly string[]) {
    this.all = 2 ** stems.length - 1;
    stems.forEach((list, place) => {
      for (const stem of list.split('|')) {
        if (stem.length !== WIDTH) throw new RangeError(`not a stem of ${WIDTH} letters: ${stem}`);
        let hash = 0;
        for (let i = 0; i < WIDTH; i++) hash = hashed(hash, stem.charCodeAt(i));
        this.patterns[hash]! |= 1 << place;
      }
    });
  }

  /** The patterns that may match, as bits in the order of the constructor. */
  find(text: string): number {
    let found = 0;
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c > 0x2fff) return this.all;
      hash = hashed(hash, c);
      found |= this.patterns[hash]!;
    }
    return found;
  }
}

/** Sixteen bits of the last four letters, the same for capitals. */
function hashed(before: number, letter: number): number {
  return ((before << 4) ^ (letter & 31)) & 0xffff;
}
