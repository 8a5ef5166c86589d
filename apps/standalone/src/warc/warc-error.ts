/** An archive that cannot be read on; the message says where and why. */
export class WarcError extends Error {
  override readonly name = 'WarcError';

  constructor(
    message: string,
    /** Octets into the file, compressed as it is: where the record begins that cannot be read. */
    readonly offset: number,
  ) {
    super(`${message} (at octet ${offset})`);
  }
}
