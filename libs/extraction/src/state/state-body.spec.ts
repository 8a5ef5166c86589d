import { describe, expect, it } from '@jest/globals';
import { blockText } from '../body/blocks.js';
import { parseHtml } from '../html-tree.js';
import { findStateBody } from './state-body.js';

const OPENING = 'The council of Northmoor voted on Tuesday to keep the night ferry running through the winter.';
const SECOND =
  'The decision ends a dispute of two years over who should pay for the boat, which carries forty people on a good night.';
const THIRD =
  'Fishermen had blocked the quay in March when the last boat of the day was cut from the timetable without a word of warning.';
const FOURTH =
  'The first sailing under the new contract is planned for the second week of November, weather allowing, and the tickets will cost what they cost before the dispute began.';
const ALL = [OPENING, SECOND, THIRD, FOURTH];
const OTHER = ALL.map((text) => text.replace(/\b[a-z]{4,}\b/g, (word) => `${word}x`));

const known = { title: 'Night ferry to run on', shown: OPENING, texts: [OPENING] };
const texts = (script: string, facts = known): string[] | undefined =>
  findStateBody(parseHtml(`<body>${script}</body>`), facts, 'https://www.example.com/')?.map(blockText);
const json = (value: unknown): string => `<script type="application/json">${JSON.stringify(value)}</script>`;

describe('findStateBody', () => {
  it.each<[string, string]>([
    ['an array of paragraphs', json({ page: { body: ALL } })],
    [
      'rich text nodes',
      json({ body: { content: ALL.map((value) => ({ type: 'paragraph', content: [{ type: 'text', value }] })) } }),
    ],
    ['typed models', json({ blocks: ALL.map((text) => ({ type: 'paragraph', model: { text } })) })],
    [
      'pieces of HTML',
      json({ elements: ALL.map((text) => ({ type: 'text', content: `<b>${text.slice(0, 3)}</b>${text.slice(3)}` })) }),
    ],
    ['one piece of HTML', json({ article: { html: ALL.map((text) => `<p>${text}</p>`).join('') } })],
    ['an assigned literal', `<script>window.STATE = {"a":undefined,"body":${JSON.stringify(ALL)}};</script>`],
    [
      'a parsed string',
      `<script>window.STATE = JSON.parse(${JSON.stringify(JSON.stringify({ body: ALL }))});</script>`,
    ],
  ])('reads %s', (_name, script) => {
    expect(texts(script)).toEqual(ALL);
  });

  it('leaves out pictures and promotions, and tells headings from paragraphs', () => {
    const nodes = [
      { type: 'paragraph', text: OPENING },
      { type: 'image', text: `${THIRD} (Photo)` },
      { type: 'subheading', text: 'A dispute of two years' },
      { type: 'paragraph', text: SECOND },
      { type: 'newsletter', text: FOURTH },
      { type: 'paragraph', text: THIRD },
      { type: 'paragraph', text: FOURTH },
    ];
    const blocks = findStateBody(parseHtml(json({ nodes })), known, 'https://www.example.com/');
    expect(blocks?.map(({ kind }) => kind)).toEqual(['paragraph', 'heading', 'paragraph', 'paragraph', 'paragraph']);
  });

  it('takes the text that agrees with what the page shows, not another article', () => {
    expect(texts(json({ next: { body: [...OTHER, ...OTHER] }, own: { body: ALL } }))).toEqual(ALL);
    expect(texts(json({ next: { body: OTHER } }))).toBeUndefined();
  });

  it('goes by the title beside the text where the page shows nothing', () => {
    const nothing = { title: 'Night ferry to run on', shown: '', texts: [] };
    const state = json({
      stories: [
        { headline: 'Other news of the day', body: OTHER },
        { headline: known.title, body: ALL },
      ],
    });
    expect(texts(state, nothing)).toEqual(ALL);
  });

  it.each([
    ['broken JSON', '<script type="application/json">{"body":["a</script>'],
    ['a literal that never ends', `<script>var a = {"b":${'['.repeat(200_000)}</script>`],
    ['values nested 100,000 deep', `<script>var a = ${'{"a":['.repeat(100_000)}1${']}'.repeat(100_000)}</script>`],
    ['a hundred thousand assignments', `<script>${'a={};b=[];'.repeat(50_000)}</script>`],
  ])('finds nothing in %s', (_name, script) => {
    expect(texts(script)).toBeUndefined();
  });
});
