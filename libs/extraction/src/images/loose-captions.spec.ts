import { describe, expect, it } from '@jest/globals';
import { extractArticle } from '../extract-article.js';

const sentence =
  'The harbour master said on Monday that the ferry would sail again, and nobody on the quay believed it until dusk. ';
const caption = 'Alec Dunmore said he was ‘worried’ by the stoppage';
const image = '<img src="/picture-of-dunmore.jpg">';

describe('a caption printed twice, once with its credit', () => {
  it.each([
    ['bare first', `<div>${image}</div><p>${caption}</p><p>${caption} (PA Wire)</p>`],
    ['with the credit first', `<div>${image}</div><p>${caption} (PA Wire)</p><p>${caption}</p>`],
    [
      'in the figure, then below',
      `<figure>${image}<figcaption>${caption}</figcaption></figure><p>${caption} (PA Wire)</p>`,
    ],
    [
      'in the figure with the credit, then below',
      `<figure>${image}<figcaption>${caption} (PA Wire)</figcaption></figure><p>${caption}</p>`,
    ],
    [
      'in the description, then below',
      `<div><img src="/picture-of-dunmore.jpg" alt="${caption}"></div><p>${caption} (PA Wire)</p>`,
    ],
    [
      'for two widths of screen',
      `<figure>${image}<figcaption><span>${caption}</span> <span>${caption} (PA Wire)</span></figcaption></figure>`,
    ],
    [
      'in two paragraphs of the figure',
      `<figure>${image}<figcaption><p>${caption}</p><p>${caption} (PA Wire)</p></figcaption></figure>`,
    ],
    ['once, in a box with the picture', `<div>${image}<p>${caption} (PA Wire)</p></div>`],
  ])('%s', (_name, picture) => {
    const html = `<title>The ferry sails again</title><article><h1>The ferry sails again</h1><p>${sentence}</p><p>1 ${sentence}</p>${picture}<p>2 ${sentence}</p><p>3 ${sentence}</p></article>`;
    const found = extractArticle({ html, url: 'https://www.example.com/news/story' });
    if (!found.ok) throw new Error(found.detail);
    expect(found.article.images).toMatchObject([{ caption, credit: 'PA Wire' }]);
    expect(found.article.text).not.toContain('Alec Dunmore');
  });

  it('leaves a paragraph that ends with an agency in the text', () => {
    const dispatch = `The ferry sails again, the company said on Monday. (Reuters)`;
    const html = `<title>The ferry sails again</title><article><h1>The ferry sails again</h1>${image}<p>${sentence}</p><p>1 ${sentence}</p><p>${dispatch}</p></article>`;
    const found = extractArticle({ html, url: 'https://www.example.com/news/story' });
    expect(found).toMatchObject({ ok: true, article: { text: expect.stringContaining(dispatch) as unknown } });
  });
});
