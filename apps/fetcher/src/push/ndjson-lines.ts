const NEWLINE = 0x0a;

/** A line of a stream, numbered from 1 as an editor does; without its octets when they are too many. */
export interface NdjsonLine {
  line: number;
  bytes?: Buffer;
}

/**
 * Cuts a stream of octets into its lines, holding one line at a time; blank ones are counted and left out.
 * @param longest bytes of a line; what is longer is passed over and told as such
 */
export async function* ndjsonLines(chunks: AsyncIterable<Buffer>, longest: number): AsyncGenerator<NdjsonLine> {
  let line = 1;
  let held: Buffer[] = [];
  let size = 0;
  const finish = (): NdjsonLine | undefined => {
    const bytes = size > longest ? undefined : Buffer.concat(held, size);
    const found = bytes === undefined ? { line } : isBlank(bytes) ? undefined : { line, bytes };
    line += 1;
    held = [];
    size = 0;
    return found;
  };
  const hold = (part: Buffer): void => {
    size += part.length;
    if (size > longest) held = [];
    else if (part.length > 0) held.push(part);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      hold(chunk.subarray(from, at));
      from = at + 1;
      const found = finish();
      if (found !== undefined) yield found;
    }
    hold(chunk.subarray(from));
  }
  const last = finish();
  if (last !== undefined) yield last;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((octet) => octet === 0x20 || octet === 0x09 || octet === 0x0d);
}
