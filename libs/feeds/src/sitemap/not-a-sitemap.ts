/** The octets are no sitemap that newsmill reads; the message says what they look like and where they came from. */
export class NotASitemap extends Error {
  override readonly name = 'NotASitemap';

  constructor(
    readonly url: string,
    /** In words, for people: "an HTML page", "larger than 50 MiB" … */
    readonly looksLike: string,
    options?: ErrorOptions,
  ) {
    super(`Not a sitemap but ${looksLike}: ${url}`, options);
  }
}
