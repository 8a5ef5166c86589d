import { describe, expect, it } from '@jest/globals';
import { parseHtml } from '../html-tree.js';
import { splitCaption } from './caption.js';
import { readCaption } from './read-caption.js';
import { imageKey } from './same-picture.js';
import { largestOfSrcset } from './srcset.js';

describe('largestOfSrcset', () => {
  it.each([
    ['a.jpg 300w, b.jpg 1200w, c.jpg 800w', 'b.jpg'],
    ['a.jpg, b.jpg 2x', 'b.jpg'],
    ['a.jpg', 'a.jpg'],
    [
      'https://i.example/w_300,h_200/a.jpg 300w, https://i.example/w_900,h_600/a.jpg 900w',
      'https://i.example/w_900,h_600/a.jpg',
    ],
    [' , a.jpg 1x , ', 'a.jpg'],
    ['', undefined],
    [',,,', undefined],
  ])('%j', (srcset, url) => {
    expect(largestOfSrcset(srcset)).toBe(url);
  });
});

describe('splitCaption', () => {
  it.each([
    ['The quay at dawn (PA Wire)', { caption: 'The quay at dawn', credit: 'PA Wire' }],
    ['The quay at dawn. Photo: Wim Aalders', { caption: 'The quay at dawn.', credit: 'Wim Aalders' }],
    ['The quay at dawn © Wim Aalders', { caption: 'The quay at dawn', credit: 'Wim Aalders' }],
    [
      'It rose for an hour. AP Photo/Eric Gay, File',
      { caption: 'It rose for an hour.', credit: 'AP Photo/Eric Gay, File' },
    ],
    ['The quay at dawn.Getty Images', { caption: 'The quay at dawn.', credit: 'Getty Images' }],
    ['She met Dr. Ada Voss', { caption: 'She met Dr. Ada Voss' }],
    ['夜明けの港（佐藤花子撮影）', { caption: '夜明けの港', credit: '佐藤花子撮影' }],
    ['Photographers wait at the quay', { caption: 'Photographers wait at the quay' }],
    ['The quay at dawn - Copyright Ada Voss/Lumen', { caption: 'The quay at dawn', credit: 'Ada Voss/Lumen' }],
    ['The quay at dawn (left)', { caption: 'The quay at dawn (left)' }],
    ['Photo: Wim Aalders', { credit: 'Wim Aalders' }],
    ['Photo by Wim Aalders/Lumen', { credit: 'Wim Aalders/Lumen' }],
    ['', {}],
  ])('%j', (line, parts) => {
    expect(splitCaption(line)).toEqual(parts);
  });
});

describe('imageKey', () => {
  it('is the same for sizes of one picture', () => {
    expect(imageKey('https://a.example/harbour-view-300x200.jpg?w=1')).toBe(
      imageKey('https://b.example/x/harbour-view.webp'),
    );
  });

  it('does not mix pictures with short names', () => {
    expect(imageKey('https://a.example/1/01.jpg')).not.toBe(imageKey('https://a.example/2/01.jpg'));
  });
});

describe('readCaption', () => {
  const at = (html: string): object => {
    const tree = parseHtml(html);
    return readCaption(tree, tree.names.indexOf('img')).parts;
  };

  it.each([
    [
      'a figure',
      '<figure><img><figcaption>The quay <span class="credit">PA</span></figcaption></figure>',
      { caption: 'The quay', credit: 'PA' },
    ],
    [
      'microdata',
      '<div><img itemprop="contentUrl"><p><span itemprop="caption">The quay</span> <i itemprop="creditText">A. Voss</i></p></div>',
      { caption: 'The quay', credit: 'A. Voss' },
    ],
    [
      'a nameless line under the picture',
      '<div><div><img></div><div>The quay at dawn (PA Wire)</div></div>',
      { caption: 'The quay at dawn', credit: 'PA Wire' },
    ],
    [
      'two nameless lines',
      '<div class="sc-a"><img><div>The quay at dawn</div><div>ES</div></div>',
      { caption: 'The quay at dawn', credit: 'ES' },
    ],
    ['a paragraph that holds a picture', '<p><img>The quay was closed at dawn.</p>', {}],
    ['a teaser', '<div><img><h3>The quay was closed at dawn</h3></div>', {}],
    ['a linked line', '<div><img><a href="/x">The quay was closed at dawn</a></div>', {}],
    ['three lines', '<div><img><div>The quay at dawn</div><div>The quay at dusk</div><div>A third</div></div>', {}],
  ])('%s', (_name, html, parts) => {
    expect(at(html)).toEqual(parts);
  });
});
