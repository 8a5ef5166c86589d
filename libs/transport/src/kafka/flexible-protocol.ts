/**
 * Requests of Kafka that kafkajs does not know, in the flexible encoding (KIP-482): strings and lists with their length
 * plus one as a varint, and a list of tagged fields, always empty here, behind every structure.
 */
export class FlexibleWriter {
  private readonly parts: Buffer[] = [];

  int8(value: number): this {
    const part = Buffer.alloc(1);
    part.writeInt8(value);
    return this.bytes(part);
  }

  int16(value: number): this {
    const part = Buffer.alloc(2);
    part.writeInt16BE(value);
    return this.bytes(part);
  }

  int32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    return this.bytes(part);
  }

  int64(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(value);
    return this.bytes(part);
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  /** Null is a length of zero. */
  string(value: string | null): this {
    if (value === null) return this.varint(0);
    const part = Buffer.from(value);
    return this.varint(part.length + 1).bytes(part);
  }

  list<T>(values: readonly T[], write: (value: T) => void): this {
    this.varint(values.length + 1);
    for (const value of values) write(value);
    return this;
  }

  /** A list of structures, each with its tagged fields behind it. */
  structures<T>(values: readonly T[], write: (value: T) => void): this {
    return this.list(values, (value) => {
      write(value);
      this.tags();
    });
  }

  /** Partitions of one topic, where a request takes them of several. */
  partitionsOf(topic: string, partitions: readonly number[]): this {
    return this.structures([topic], () => {
      this.string(topic).list(partitions, (partition) => this.int32(partition));
    });
  }

  tags(): this {
    return this.varint(0);
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts);
  }

  private varint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
    return this.bytes(Buffer.from(bytes));
  }

  private bytes(part: Buffer): this {
    this.parts.push(part);
    return this;
  }
}

/** Reads what {@link FlexibleWriter} writes. Throws RangeError where an answer ends too early. */
export class FlexibleReader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  int16(): number {
    return this.buffer.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.skip(4));
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.skip(8));
  }

  string(): string | null {
    const length = this.varint() - 1;
    if (length < 0) return null;
    const from = this.skip(length);
    return this.buffer.toString('utf8', from, from + length);
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.varint() - 1) }, read);
  }

  /** A list of structures, each with tagged fields behind it. */
  structures<T>(read: () => T): T[] {
    return this.list(() => {
      const structure = read();
      this.tags();
      return structure;
    });
  }

  /** What an answer tells of partitions, topic by topic. */
  ofPartitions<T>(read: (partition: number) => T): T[] {
    return this.structures(() => {
      this.string();
      return this.structures(() => read(this.int32()));
    }).flat();
  }

  /** Passes over tagged fields. */
  tags(): void {
    for (let count = this.varint(); count > 0; count -= 1) {
      this.varint();
      this.skip(this.varint());
    }
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer.readUInt8(this.skip(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a varint of more than five bytes');
  }

  private skip(length: number): number {
    const from = this.at;
    this.at += length;
    if (this.at > this.buffer.length) throw new RangeError('the answer ends too early');
    return from;
  }
}
