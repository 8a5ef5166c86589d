import { eld } from 'eld/small';
import type { Language, Step } from '../step.js';
import { canonicalTag, primaryLanguage, sameWritten } from '../language-tag.js';

/** As many as the detector reads of a text. */
const READ_CHARACTERS = 1000;

/**
 * Letters below which n-gram detection is guessing: about a headline. A Han, kana, hangul or Thai letter says as much as
 * four of an alphabet.
 */
const MIN_LETTERS = 40;

/** A declaration that nothing confirms and nothing contradicts. */
const DECLARED_ONLY = 0.5;

const KNOWN = new Set(Object.values(eld.info().Languages));

/**
 * Tells the language. The text decides. The declaration decides when the text is too short or unclear, when it names a
 * language that the detector does not know, or when it agrees and is more exact (`nb` where `no` was detected).
 */
export const languageStep: Step = {
  name: 'language',
  version: '1.0.0',
  enrich({ title, text, declaredLanguage }) {
    const sample = `${title}\n${text}`.slice(0, READ_CHARACTERS);
    const declared = canonicalTag(declaredLanguage);
    const language = choose(detect(sample), declared);
    if (language === undefined) return {};
    return {
      language: {
        value: declared === undefined ? language : { ...language, declared },
        confidence: language.confidence,
      },
    };
  },
};

function choose(detected: Language | undefined, declared: string | undefined): Language | undefined {
  if (declared === undefined) return detected;
  const tag = primaryLanguage(declared);
  if (detected === undefined) return { tag, confidence: DECLARED_ONLY };
  if (sameWritten(tag, detected.tag)) return { tag, confidence: detected.confidence };
  return KNOWN.has(tag) ? detected : { tag, confidence: DECLARED_ONLY };
}

/** The detector's answer where it can be relied on; its confidence is eld's mean n-gram score. */
function detect(sample: string): Language | undefined {
  if (weightOf(sample) < MIN_LETTERS) return undefined;
  const result = eld.detect(sample);
  if (result.language === '' || !result.isReliable()) return undefined;
  const score = result.getScores()[result.language] ?? 0;
  return { tag: result.language, confidence: Math.round(Math.min(1, score) * 100) / 100 };
}

function weightOf(sample: string): number {
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const dense = sample.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/gu)?.length ?? 0;
  return letters + 3 * dense;
}
