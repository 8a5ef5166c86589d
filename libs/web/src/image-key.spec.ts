import { describe, expect, it } from '@jest/globals';
import { imageKey } from './image-key.js';

describe('imageKey', () => {
  it('is the same for sizes of one picture', () => {
    expect(imageKey('https://a.example/harbour-view-300x200.jpg?w=1')).toBe(
      imageKey('https://b.example/x/harbour-view.webp'),
    );
  });

  it.each([
    [
      'nested addresses',
      'https://r.example/s/120x80/smart/https%3A%2F%2Fa.example%2Fimg%2Fharbour-view.jpg',
      'https://a.example/img/harbour-view.jpg?w=1',
    ],
    [
      'identifiers',
      'https://a.example/320x180_c_5cf0f21b-25f6-59b1-b15e-6c0ef5da353d-96.jpg',
      'https://a.example/og/5cf0f21b-25f6-59b1-b15e-6c0ef5da353d.png',
    ],
    [
      'folders of crops',
      'https://a.example/quay-at-dawn/wide__360x202__mobile',
      'https://a.example/quay-at-dawn/wide__1300x731',
    ],
    ['two extensions', 'https://a.example/w450/harbour-view.jpg.webp', 'https://a.example/w1240/harbour-view.jpg'],
    [
      'image services',
      'https://a.example/_next/image?url=/photos/harbour-view.jpg&w=640',
      'https://a.example/photos/harbour-view.jpg',
    ],
  ])('is the same for %s', (_name, a, b) => {
    expect(imageKey(a)).toBe(imageKey(b));
  });

  it('does not mix pictures of one name in numbered folders', () => {
    expect(imageKey('https://a.example/17835497/harbour-view')).not.toBe(
      imageKey('https://a.example/17835499/harbour-view'),
    );
  });

  it('does not mix pictures with short names', () => {
    expect(imageKey('https://a.example/1/01.jpg')).not.toBe(imageKey('https://a.example/2/01.jpg'));
  });

  it('tells pictures apart that an address names by a number in its query', () => {
    const key = (query: string): string => imageKey(`https://a.example/image.php?${query}`);
    expect(key('id=12&w=640')).toBe(key('width=1280&id=12&cb=77'));
    expect(key('id=12')).not.toBe(key('id=13'));
  });
});
