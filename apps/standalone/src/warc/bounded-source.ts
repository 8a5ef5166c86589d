/** Octets handed on at once: what a gzip bomb can make of one piece stays under 9 MiB (deflate's ratio is at most 1,032). */
const PIECE = 8 * 1024;

/** Turns that a parser may take at the end of its input before it is plainly going round in circles. */
const TURNS_AT_END = 16;

/** Why the source would not go on. */
export class SourceStop extends Error {
  override readonly name = 'SourceStop';

  constructor(readonly reason: 'ended' | 'over-budget') {
    super(reason);
  }
}

/**
 * Feeds a parser in small pieces and within budgets. The parser of `warcio` collects headers for as long as they do not
 * end, and asks for ever for the rest of a record that a cut-off file does not have: the source is where both stop.
 */
export class BoundedSource implements AsyncIterable<Uint8Array> {
  private readonly input: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();
  private turnsAtEnd = 0;
  private budget = 0;
  private read = 0;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.input = input[Symbol.asyncIterator]();
  }

  /** Octets handed on so far. */
  get handedOn(): number {
    return this.read;
  }

  /** All has been handed on, and the end has been told. */
  get hasEnded(): boolean {
    return this.turnsAtEnd > 1;
  }

  /** From now on so many octets may be taken. */
  allow(octets: number): void {
    this.budget = octets;
    this.turnsAtEnd = Math.min(this.turnsAtEnd, 2);
  }

  /** @throws SourceStop at the end of the budget, and when the end is asked for again and again */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    // The parser looks at its first piece alone to tell whether it is compressed: one of a single octet would mislead it.
    const least = this.read === 0 ? PIECE : 1;
    while (this.rest.length < least && this.turnsAtEnd === 0) {
      const next: IteratorResult<Uint8Array, unknown> = await this.input.next();
      if (next.done === true) this.turnsAtEnd = 1;
      else this.rest = this.rest.length === 0 ? next.value : Buffer.concat([this.rest, next.value]);
    }
    if (this.rest.length === 0) {
      this.turnsAtEnd += 1;
      if (this.turnsAtEnd > TURNS_AT_END) throw new SourceStop('ended');
      return { done: true, value: undefined };
    }
    if (this.budget <= 0) throw new SourceStop('over-budget');
    const piece = this.rest.subarray(0, PIECE);
    this.rest = this.rest.subarray(piece.length);
    this.budget -= piece.length;
    this.read += piece.length;
    return { done: false, value: piece };
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.next() };
  }
}
