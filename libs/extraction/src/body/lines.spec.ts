import { describe, expect, it } from '@jest/globals';
import { isDateLine, isPageLine } from './lines.js';

describe('isPageLine', () => {
  it.each([
    'Read more: The ferry that never sailed',
    'RELATED ARTICLES',
    'Advertisement',
    'Lesen Sie auch: Die Fähre fährt wieder',
    'Sign up for our newsletter',
    'An dieser Stelle steht ein externer Inhalt von Lumen, der den Artikel ergänzt.',
    'Ada Voss may be reached at ada@ledger.example',
  ])('%j belongs to the page', (line) => {
    expect(isPageLine(line)).toBe(true);
  });

  it.each([
    'Watch the quay long enough and a ferry will come, the harbour master said, and nobody believed him on Monday.',
    'Loading the lorries took until midnight because the crane had been out of order since the storm of last week.',
    'Reach a deal by Friday or we strike, the crew said.',
    'The ferry sails again.',
  ])('%j belongs to the article', (line) => {
    expect(isPageLine(line)).toBe(false);
  });
});

describe('isDateLine', () => {
  it.each(['18.40', '7:05 pm', '07:00 Uhr', '11:52 GMT', '12 May 2024, 14:05', 'By Ada Voss | 12 May 2024'])(
    '%j is a date and nothing else',
    (line) => {
      expect(isDateLine(line)).toBe(true);
    },
  );

  it.each(['2.3', '4-1', 'At 18.40 the wind dropped.', '25.99', 'It has rained since 12 May 2024.'])(
    '%j is text',
    (line) => {
      expect(isDateLine(line)).toBe(false);
    },
  );
});
