import { type ArticleRecord, mainHeadline, plainBody } from '@newsmill/contracts';
import { enrichArticle } from '@newsmill/enrichment';

/** The record with its annotations, each with its provenance. */
export function annotate(record: ArticleRecord): ArticleRecord {
  const { annotations, provenance } = enrichArticle({
    title: mainHeadline(record),
    text: plainBody(record),
    ...(record.language !== undefined && { declaredLanguage: record.language }),
  });
  const { language, readingTime, fingerprint } = annotations;
  const sources: ArticleRecord['x']['provenance'] = Object.fromEntries(
    Object.entries(provenance).map(([field, { step, version, confidence }]) => [
      `x.${field}`,
      { source: 'enrichment', rule: step, version, ...(confidence !== undefined && { confidence }) },
    ]),
  );
  return {
    ...record,
    ...(language && { language: languageOf(language.tag, record.language) }),
    x: {
      ...record.x,
      ...(language && {
        language: {
          detected: language.tag,
          confidence: language.confidence,
          ...(language.declared !== undefined && { declared: language.declared }),
        },
      }),
      ...(readingTime && { readingTime }),
      ...(fingerprint && { fingerprint }),
      provenance: { ...record.x.provenance, ...sources },
    },
  };
}

/** The page's own tag where it says the same with more detail (en-GB for en, RFC 5646). */
function languageOf(found: string, declared: string | undefined): string {
  return declared?.toLowerCase().startsWith(`${found.toLowerCase()}-`) ? declared : found;
}
