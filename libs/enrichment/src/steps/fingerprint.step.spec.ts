import { describe, expect, it } from '@jest/globals';
import { fingerprintStep } from './fingerprint.step.js';

const print = (title: string, text: string) => {
  const value = fingerprintStep.enrich({ title, text }).fingerprint?.value;
  if (value === undefined) throw new Error('no fingerprint');
  return value;
};
const distance = (one: string, other: string): number =>
  (BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2).replaceAll('0', '').length;

const TITLE = 'Harbour closes';
const TEXT = '“We’re done,” she said — and left. The fare rose from $5 to $7, a 40% change.';

describe('fingerprintStep', () => {
  it.each([
    ['white space', TITLE, `\n ${TEXT.replaceAll(' ', '\u00a0 \n')} \t`],
    ['straight quotes', TITLE, TEXT.replace(/[“”]/g, '"').replace('’', "'")],
    ['German quotes', TITLE, TEXT.replace('“', '„').replace('”', '“')],
    ['French quotes', TITLE, TEXT.replace('“', '«\u00a0').replace('”', '\u202f»')],
    ['dashes', TITLE, TEXT.replace('—', '–')],
    ['case', TITLE.toUpperCase(), TEXT],
    ['soft hyphens', TITLE, TEXT.replace('done', 'do\u00adne')],
    ['full-width forms', 'Ｈarbour closes', TEXT],
  ])('does not see %s', (_what, title, text) => {
    expect(print(title, text)).toEqual(print(TITLE, TEXT));
  });

  it('does not see composition', () => {
    expect(print('Café', 'é')).toEqual(print('Cafe\u0301', 'e\u0301'));
  });

  it.each([
    ['a word', TITLE, TEXT.replace('left', 'stayed')],
    ['a figure', TITLE, TEXT.replace('40', '45')],
    ['a currency', TITLE, TEXT.replaceAll('$', '€')],
    ['a sign', TITLE, TEXT.replace('%', '')],
    ['the title', 'Harbour opens', TEXT],
    ['where the title ends', `${TITLE} “We’re`, TEXT.replace('“We’re ', '')],
  ])('sees a change of %s', (_what, title, text) => {
    expect(print(title, text).content).not.toBe(print(TITLE, TEXT).content);
  });

  it('never changes: these are in stores', () => {
    expect(print(TITLE, TEXT)).toMatchInlineSnapshot(`
     {
       "content": "ba3f7020dab82cd2f927a79e30ae4c8d75703869000e251bdd6d0301e2d61601",
       "simhash": "dc1090c86ab47040",
     }
    `);
    expect(print('', '')).toMatchInlineSnapshot(`
     {
       "content": "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
       "simhash": "0000000000000000",
     }
    `);
  });

  it('brings near duplicates near and keeps others far', () => {
    const sentences = Array.from(
      { length: 40 },
      (_, index) => `Sentence ${index} tells of quay ${index * 7} and of ship ${index * 13}.`,
    );
    const whole = print(TITLE, sentences.join(' ')).simhash;
    const edited = print(TITLE, sentences.toSpliced(20, 1, 'An editor put this line here.').join(' ')).simhash;
    const other = print(
      'Budget',
      sentences.map((_, index) => `Line ${index} speaks about tax ${index * 3}, not boats.`).join(' '),
    ).simhash;
    expect(distance(whole, edited)).toBeLessThanOrEqual(10);
    expect(distance(whole, other)).toBeGreaterThan(16);
  });
});
