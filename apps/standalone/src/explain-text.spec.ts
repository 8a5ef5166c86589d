import { describe, expect, it } from '@jest/globals';
import { explainArticle } from '@newsmill/extraction';
import { explanationText } from './explain-text.js';

const SENTENCE = 'The ferry crossed the river eleven times before the fog came down over both its banks.';
const PAGE = `<html lang="en"><head><title>Ferry\u001b[31m stops</title></head><body>
<nav><ul>${'<li><a href="/x">A place to go</a></li>'.repeat(9)}</ul></nav>
<article><h1>Ferry\u001b[31m stops</h1>${`<p>${SENTENCE}</p>`.repeat(4)}</article></body></html>`;
const explanation = explainArticle({ html: PAGE, url: 'https://courier.example/ferry' });
const plain = { width: 80, colour: false, all: false };

describe('the text of an explanation', () => {
  it('keeps to the width of the terminal', () => {
    const lines = explanationText(explanation, plain).split('\n');
    const blocks = lines.slice(lines.indexOf('Blocks'));
    expect(Math.max(...blocks.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('lets no escape sequence of a page through, and sets its own only when it is asked to', () => {
    expect(explanationText(explanation, plain)).not.toContain('\u001b');
    const coloured = explanationText(explanation, { ...plain, colour: true });
    expect(coloured).toContain('\u001b[32m');
    expect(coloured).not.toContain('\u001b[31m');
  });

  it('tells far-away blocks as a number unless all are asked for', () => {
    expect(explanationText(explanation, plain)).toMatch(/- frame +9 blocks/);
    const all = explanationText(explanation, { ...plain, all: true });
    expect(all.match(/- frame .*A place to go/g)).toHaveLength(9);
  });
});
