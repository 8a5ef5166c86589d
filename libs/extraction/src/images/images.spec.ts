import { describe, expect, it } from '@jest/globals';
import { splitCaption } from './caption.js';
import { imageKey } from './find-images.js';
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
