import type { Segment } from './segments.js';
import { StemFilter } from './stem-filter.js';

/** Length of a text in Latin letters: a Chinese, Japanese, Korean or Thai sign says about as much as two of them. */
export function textWeight(text: string): number {
  if (!DENSE.test(text)) return text.length;
  let dense = 0;
  for (let i = 0; i < text.length; i++) if (isDense(text.charCodeAt(i))) dense++;
  return text.length + dense;
}

/** Any of the signs that `isDense` counts: the engine finds none in a Latin text without reading it. */
const DENSE = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** Thai, Kana, Han, Hangul. */
function isDense(code: number): boolean {
  if (code < 0x0e00) return false;
  return (
    code <= 0x0e7f ||
    (code >= 0x3040 && code <= 0x30ff) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7af)
  );
}

const SENTENCE_END = /[.!?…。！？:;,،؟।][”"’'»)\]」]*(?:\s|$)/;

/** Lines of copyright, in the languages of news: true of every page of a site, so of no article. */
const COPYRIGHT =
  /^copyright\b|©|\(c\) ?(?:19|20)\d\d|\bcopyright (?:©|\(c\)|19|20)|all rights reserved|alle rechte vorbehalten|tous droits r[ée]serv[ée]s|todos (?:los derechos|os direitos) reservados|tutti i diritti riservati|alle rechten voorbehouden|著作権|無断転載|版权所有/i;

/** Consent and terms: about this page unless the article is about them. */
const CONSENT =
  /\bcookies?\b|privacy policy|user agreement|terms (?:of (?:use|service)|and conditions)|datenschutz|personenbezogene|personal information/i;

/** Pieces that COPYRIGHT and CONSENT cannot do without. */
const STEMS = new StemFilter([
  'opyr|(c) |(c)1|(c)2|eser|éser|vado|iser|vorb|oorb',
  'okie|vacy|eeme|erms|aten|nenb|nfor',
]);
const COPYRIGHT_BIT = 1;
const CONSENT_BIT = 2;

/** A legal line longer than this talks about the law instead. */
const MAX_LEGAL = 600;

/** True for a copyright notice. */
export function isCopyrightLine(text: string): boolean {
  return text.length < MAX_LEGAL && isCopyright(text, STEMS.find(text));
}

function isCopyright(text: string, stems: number): boolean {
  return ((stems & COPYRIGHT_BIT) !== 0 || text.includes('©')) && COPYRIGHT.test(text);
}

/** True for words of consent and terms. */
export function speaksOfConsent(text: string): boolean {
  return CONSENT.test(text);
}

/**
 * How much a segment speaks for running text (positive, in letters) or for menus and teasers (negative).
 * Headings and short lines are neutral: they follow the decision of their surroundings. `aboutConsent` tells that the
 * title itself speaks of cookies and the like, so that paragraphs about them are the article's.
 */
export function worth(segment: Segment, shape: string, aboutConsent = false): number {
  const { text, linkLength } = segment;
  const weight = textWeight(text);
  const linked = linkLength / text.length;
  if (linked > 0.6) return -Math.min(weight, 120);
  if (text.length < MAX_LEGAL) {
    const stems = STEMS.find(text);
    const consent = !aboutConsent && (stems & CONSENT_BIT) !== 0 && speaksOfConsent(text);
    if (consent || isCopyright(text, stems)) return -Math.min(weight, 120);
  }
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
