/** Languages that n-grams of written text do not tell apart, or that stand for one another in declarations. */
const WRITTEN_ALIKE: readonly (readonly string[])[] = [
  ['no', 'nb', 'nn'],
  ['ms', 'id'],
  ['hr', 'bs', 'sr'],
  ['tl', 'fil'],
  ['zh', 'yue', 'cmn'],
  ['fa', 'prs'],
];

/** ISO 639 codes that name no language. */
const NOT_A_LANGUAGE = new Set(['und', 'mul', 'zxx', 'mis', 'root', 'x-default']);

/**
 * A declared language in canonical BCP 47 form (RFC 5646), or undefined when it is none. `en_US`, which is no language tag
 * but common in Open Graph metadata, is read as `en-US`.
 */
export function canonicalTag(declared: string | undefined): string | undefined {
  const [canonical] = canonicalLocales(declared?.trim().replaceAll('_', '-') ?? '');
  if (canonical === undefined || NOT_A_LANGUAGE.has(primaryLanguage(canonical))) return undefined;
  return canonical;
}

export function primaryLanguage(tag: string): string {
  return tag.split('-', 1)[0] ?? tag;
}

/** Whether text alone cannot decide between two primary languages. */
export function sameWritten(one: string, other: string): boolean {
  return one === other || WRITTEN_ALIKE.some((group) => group.includes(one) && group.includes(other));
}

function canonicalLocales(tag: string): string[] {
  try {
    return tag === '' ? [] : Intl.getCanonicalLocales(tag);
  } catch {
    return [];
  }
}
