/** The octets are no feed that newsmill reads; the message says what they look like and where they came from. */
export class NotAFeed extends Error {
  override readonly name = 'NotAFeed';

  constructor(
    readonly url: string,
    /** In words, for people: "an HTML page", "nothing: 0 octets", "RSS that cannot be read" … */
    readonly looksLike: string,
    options?: ErrorOptions,
  ) {
    super(`Not a feed but ${looksLike}: ${url}`, options);
  }
}
