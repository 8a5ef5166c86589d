/** A list of 32-bit integers that grows by half when it is full. */
export class GrowingInts {
  private values: Int32Array;
  length = 0;

  constructor(capacity: number) {
    this.values = new Int32Array(capacity + 16);
  }

  /** The value at a place below `length`. */
  at(index: number): number {
    return this.values[index]!;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Int32Array(Math.ceil(1.5 * this.length));
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }
}
