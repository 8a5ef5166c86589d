/** The first of the candidates that is an absolute http or https address, resolved against the first base that works. */
export function entryUrl(
  candidates: readonly (string | undefined)[],
  bases: readonly (string | undefined)[],
): string | undefined {
  const base = contentBase(bases);
  for (const candidate of candidates) {
    const text = candidate?.trim() ?? '';
    if (text === '') continue;
    const url = URL.parse(text, base);
    if (url !== null && isWeb(url)) return url.href;
  }
  return undefined;
}

/** Bases from the innermost to the outermost, each relative to the next (XML Base section 4). */
export function contentBase(bases: readonly (string | undefined)[]): string | undefined {
  return bases.reduceRight<string | undefined>((outer, base) => {
    const url = base === undefined ? null : URL.parse(base.trim(), outer);
    return url !== null && isWeb(url) ? url.href : outer;
  }, undefined);
}

function isWeb(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}
