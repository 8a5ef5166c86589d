/** Longest reason that is kept, in characters. */
export const MAX_REASON = 1000;

/** PostgreSQL takes neither NUL nor lone surrogates. */
export function storable(text: string | undefined): string | undefined {
  return text?.replaceAll('\0', '').toWellFormed();
}
