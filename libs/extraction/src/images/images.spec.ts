import { describe, expect, it } from '@jest/globals';
import { parseHtml } from '../html-tree.js';
import { Role } from '../body/names.js';
import { splitCaption } from './caption.js';
import { findImages } from './find-images.js';
import { readCaption } from './read-caption.js';
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
    ['data:image/gif;base64,R0lGODlhAQABAAAAACw= 2000w, a.jpg 300w', 'a.jpg'],
    ['', undefined],
    [',,,', undefined],
  ])('%j', (srcset, url) => {
    expect(largestOfSrcset(srcset)?.url).toBe(url);
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
    ['夜明けの港（佐藤花子撮影）', { caption: '夜明けの港', credit: '佐藤花子' }],
    ['Photographers wait at the quay', { caption: 'Photographers wait at the quay' }],
    ['The quay at dawn - Copyright Ada Voss/Lumen', { caption: 'The quay at dawn', credit: 'Ada Voss/Lumen' }],
    ['The quay at dawn (left)', { caption: 'The quay at dawn (left)' }],
    ['Photo: Wim Aalders', { credit: 'Wim Aalders' }],
    ['Photo by Wim Aalders/Lumen', { credit: 'Wim Aalders/Lumen' }],
    [
      'The quay at dawn (Photo by Wim Aalders/Getty Images)',
      { caption: 'The quay at dawn', credit: 'Wim Aalders/Getty Images' },
    ],
    ['The quay at dawn | Reuters', { caption: 'The quay at dawn', credit: 'Reuters' }],
    ['The quay at dawn – Reuters', { caption: 'The quay at dawn', credit: 'Reuters' }],
    ['The quay at dawn. (Wim Aalders)', { caption: 'The quay at dawn.', credit: 'Wim Aalders' }],
    [
      'The quay at dawn - Copyright Lumen/Copyright 2026 Lumen. All rights reserved.',
      { caption: 'The quay at dawn', credit: 'Lumen/Lumen' },
    ],
    ['Die Mole am Morgen. Foto: Wim Aalders/dpa', { caption: 'Die Mole am Morgen.', credit: 'Wim Aalders/dpa' }],
    ['Foto: Am Montag tagte der Rat in der alten Halle.', { caption: 'Am Montag tagte der Rat in der alten Halle.' }],
    ['Bildquelle: Lumen', { credit: 'Lumen' }],
    ['Le quai. Crédit photo : Lumen / Wim Aalders', { caption: 'Le quai.', credit: 'Lumen / Wim Aalders' }],
    ['El muelle. Fuente: Agencia Lumen', { caption: 'El muelle.', credit: 'Agencia Lumen' }],
    ['O cais. Foto: Wim Aalders/Lumen', { caption: 'O cais.', credit: 'Wim Aalders/Lumen' }],
    ['De kade. Beeld: Wim Aalders', { caption: 'De kade.', credit: 'Wim Aalders' }],
    ['Nabrzeże. Fot. Wim Aalders / Lumen', { caption: 'Nabrzeże.', credit: 'Wim Aalders / Lumen' }],
    [
      'Причал на рассвете. Фото: Анна Орлова / Люмен',
      { caption: 'Причал на рассвете.', credit: 'Анна Орлова / Люмен' },
    ],
    ['الرصيف عند الفجر. تصوير: سامي نادر', { caption: 'الرصيف عند الفجر.', credit: 'سامي نادر' }],
    ['भोर में घाट। फोटो: अनिल वर्मा', { caption: 'भोर में घाट।', credit: 'अनिल वर्मा' }],
    ['夜明けの港＝ＡＰ', { caption: '夜明けの港', credit: 'ＡＰ' }],
    ['写真＝佐藤花子', { credit: '佐藤花子' }],
    ['새벽의 부두. 사진=김하늘', { caption: '새벽의 부두.', credit: '김하늘' }],
    ['黎明的码头。图：林晓', { caption: '黎明的码头。', credit: '林晓' }],
    ['Image caption, The quay at dawn', { caption: 'The quay at dawn' }],
    ['Image source, Getty Images', { credit: 'Getty Images' }],
    ['Close-up of the quay', { caption: 'Close-up of the quay' }],
    ['Show jumpers at the quay', { caption: 'Show jumpers at the quay' }],
    ['3 / 12 The quay at dawn', { caption: 'The quay at dawn' }],
    ['10 of 12 boats sank', { caption: '10 of 12 boats sank' }],
    ['भोर में घाट। फोटो: मीरा जोशी', { caption: 'भोर में घाट।', credit: 'मीरा जोशी' }],
    ['32 Images', {}],
    ['3 / 12', {}],
    ['By', {}],
    ['Play video', {}],
    ['Click to expand image', {}],
    ['Listen: the harbour at night', {}],
    ['The dredger explained (1:24:10)', {}],
    ['', {}],
  ])('%j', (line, parts) => {
    expect(splitCaption(line)).toEqual(parts);
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
    [
      'a figcaption beside the figure',
      '<div><figure><img></figure><figcaption>The quay at dawn <cite>Lumen</cite></figcaption></div>',
      { caption: 'The quay at dawn', credit: 'Lumen' },
    ],
    [
      'the maker in the first of two lines',
      '<figure><img><figcaption><span>Lumen Press</span><br>The quay was closed at dawn on Monday.</figcaption></figure>',
      { caption: 'The quay was closed at dawn on Monday.', credit: 'Lumen Press' },
    ],
    [
      'a caption that holds the picture',
      '<p class="caption"><img><span>The quay at dawn</span></p>',
      { caption: 'The quay at dawn' },
    ],
    [
      'a drawing in the caption',
      '<figure><img><figcaption><svg><title>Camera Icon</title></svg>The quay at dawn</figcaption></figure>',
      { caption: 'The quay at dawn' },
    ],
    [
      'a line that repeats the description',
      '<section><div><img alt="The quay was closed at dawn"></div><h2>T</h2><div><i>The quay was closed at dawn</i> <small>Lumen</small></div></section>',
      { caption: 'The quay was closed at dawn', credit: 'Lumen' },
    ],
    [
      'paragraphs, the second a credit',
      '<div><img><p>The quay was closed at dawn</p><p>Image: Ada Voss</p></div>',
      { caption: 'The quay was closed at dawn', credit: 'Ada Voss' },
    ],
    ['a paragraph that holds a picture', '<p><img>The quay was closed at dawn.</p>', {}],
    ['a teaser', '<div><img><h3>The quay was closed at dawn</h3></div>', {}],
    ['a linked line', '<div><img><a href="/x">The quay was closed at dawn</a></div>', {}],
    ['three lines', '<div><img><div>The quay at dawn</div><div>The quay at dusk</div><div>A third</div></div>', {}],
  ])('%s', (_name, html, parts) => {
    expect(at(html)).toEqual(parts);
  });
});

describe('findImages', () => {
  const images = (html: string): object[] => {
    const tree = parseHtml(html);
    const removed = new Uint8Array(tree.size).fill(Role.none);
    return findImages(tree, 0, tree.size, removed, 'https://a.example/news/').map(({ image }) => image);
  };
  const urls = (html: string): string[] => images(html).map((image) => (image as { url: string }).url.slice(18));

  it.each([
    ['data-src', '<img src="data:image/gif;base64,R0=" data-src="/quay.jpg">', ['quay.jpg']],
    ['data-srcset', '<img src="/loading.gif" data-srcset="/a.jpg 300w, /quay.jpg 900w">', ['quay.jpg']],
    ['data-lazy-src', '<img data-lazy-src="/quay.jpg" src="/blank.gif">', ['quay.jpg']],
    ['data-original', '<img data-original="/quay.jpg">', ['quay.jpg']],
    ['data-hi-res-src before data-src', '<img data-src="/small.jpg" data-hi-res-src="/quay.jpg">', ['quay.jpg']],
    ['data-image', '<img data-image="/quay.jpg">', ['quay.jpg']],
    ['data-orig-file', '<img src="/s.jpg" data-orig-file="/quay.jpg" data-large-file="/l.jpg">', ['quay.jpg']],
    [
      'JSON',
      `<img data-attrs='{"sizes":[{"src":"/a.jpg","width":300},{"src":"/quay.jpg","width":900}]}'>`,
      ['quay.jpg'],
    ],
    [
      'noscript',
      '<div><img src="data:image/gif;base64,R0="><noscript><img src="/quay.jpg"></noscript></div>',
      ['quay.jpg'],
    ],
    [
      'amp-img',
      '<amp-img src="/quay.jpg" width="900" height="600"><img src="/quay-fallback.jpg"></amp-img>',
      ['quay.jpg'],
    ],
    ['a background', '<div class="hero-image" style="background-image: url(\'/quay.jpg\')"></div>', ['quay.jpg']],
    [
      'a thumbnail of a linked original',
      '<a href="/harbour-view.jpg"><img src="/harbour-view-300x200.jpg"></a>',
      ['harbour-view.jpg'],
    ],
    [
      'a source much larger than the image',
      '<picture><source srcset="/quay.webp 1600w"><img srcset="/s.jpg 400w"></picture>',
      ['quay.webp'],
    ],
    [
      'no source for upright screens',
      '<picture><source media="(orientation: portrait)" srcset="/up.jpg 1600w"><img src="/quay.jpg"></picture>',
      ['quay.jpg'],
    ],
    [
      'sizes of one picture',
      '<img src="/harbour-view-300x200.jpg"><img src="/harbour-view-1024x683.jpg">',
      ['harbour-view-300x200.jpg'],
    ],
    ['a template', '<img data-src="/{width}/quay.jpg" src="/quay.jpg">', ['quay.jpg']],
    [
      'icons, portraits and counters',
      '<img src="/img/logo.png"><img src="/authors/voss.jpg"><img src="/share-icon.png"><img src="/a.jpg" width="1"><img src="https://ssl.vgwort.de/na/1"><img class="emoji" src="/smile.png"><img class="avatar" src="/me.jpg"><img src="/quay-32x32.jpg">',
      [],
    ],
    ['a teaser of another page', '<a href="/other"><img src="/other.jpg"> The bridge that nobody wanted</a>', []],
    ['a paid picture', '<a rel="sponsored" href="https://b.example/"><img src="/other.jpg"></a>', []],
    ['the writer', '<div><img src="/voss.jpg"><div>By Ada Voss, Editor</div></div>', []],
  ])('%s', (_name, html, found) => {
    expect(urls(html)).toEqual(found);
  });

  it('takes the credit out of a description', () => {
    expect(images('<img src="/quay.jpg" alt="The quay at dawn © Lumen Foto: Ada Voss">')).toEqual([
      { url: 'https://a.example/quay.jpg', alt: 'The quay at dawn', credit: 'Lumen Foto: Ada Voss' },
    ]);
  });

  it('keeps the captions of every slide of a gallery', () => {
    const slide = (name: string): string =>
      `<li><figure><img src="/${name}.jpg"><figcaption>${name} at dawn <span class="credit">Lumen</span></figcaption></figure></li>`;
    expect(images(`<ul>${slide('The-first-quay')}${slide('The-second-quay')}</ul>`)).toMatchObject([
      { caption: 'The-first-quay at dawn', credit: 'Lumen' },
      { caption: 'The-second-quay at dawn', credit: 'Lumen' },
    ]);
  });
});
