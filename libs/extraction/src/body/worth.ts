import type { Segment } from './segments.js';

const CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]/g;

/** Length of a text in Latin letters: a Chinese, Japanese, Korean or Thai sign says about as much as two of them. */
export function textWeight(text: string): number {
  const dense = text.match(CJK)?.length ?? 0;
  return text.length + dense;
}

const SENTENCE_END = /[.!?…。！？:;,،؟।][”"’'»)\]」]*(?:\s|$)/;

/** Lines of copyright, in the languages of news: true of every page of a site, so of no article. */
const COPYRIGHT =
  /^copyright\b|©|\(c\) ?(?:19|20)\d\d|\bcopyright (?:©|\(c\)|19|20)|all rights reserved|alle rechte vorbehalten|tous droits r[ée]serv[ée]s|todos (?:los derechos|os direitos) reservados|tutti i diritti riservati|alle rechten voorbehouden|著作権|無断転載|版权所有/i;

/** Consent and terms: about this page unless the article is about them. */
const CONSENT =
  /\bcookies?\b|privacy policy|user agreement|terms (?:of (?:use|service)|and conditions)|datenschutz|personenbezogene|personal information/i;

/** A legal line longer than this talks about the law instead. */
const MAX_LEGAL = 600;
const MAX_CONSENT = 600;

/** True for a copyright notice. */
export function isCopyrightLine(text: string): boolean {
  return text.length < MAX_LEGAL && COPYRIGHT.test(text);
}

/**
 * How much a segment speaks for running text (positive, in letters) or for menus and teasers (negative).
 * Headings and short lines are neutral: they follow the decision of their surroundings.
 */
export function worth(segment: Segment, shape: string): number {
  const { text, linkLength } = segment;
  const weight = textWeight(text);
  const linked = linkLength / text.length;
  if (linked > 0.6) return -Math.min(weight, 120);
  if (isCopyrightLine(text) || (text.length < MAX_CONSENT && CONSENT.test(text))) return -Math.min(weight, 120);
  if (shape.length === 2 && shape.startsWith('h')) return 0;
  const prose = weight * (1 - linked);
  const sentence = SENTENCE_END.test(text);
  if (shape === 'li' || shape === 'dd' || shape === 'td' || shape === 'th' || shape === 'dt') {
    return prose > 80 && sentence ? prose * 0.6 : 0;
  }
  if (weight < 30) return sentence ? 0 : -4;
  // East Asian texts of the web part their sentences by line and space as often as by signs.
  const dense = weight > 1.6 * text.length;
  if (!sentence) return weight < (dense ? 40 : 80) ? -8 : prose * (dense ? 0.5 : 0.25);
  return prose;
}
