import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { absoluteLinks } from './html-links.js';

const BASE = 'https://quay.example/f/';

describe('absoluteLinks', () => {
  it.each([
    ['<a href="b?x=1&amp;y=2">', '<a href="https://quay.example/f/b?x=1&amp;y=2">'],
    ['<IMG alt=\'a > b "c"\' SRC = /c.jpg >', '<IMG alt=\'a > b "c"\' SRC = "https://quay.example/c.jpg" >'],
    ["<video poster='p.jpg'/>", '<video poster="https://quay.example/f/p.jpg"/>'],
    ['<a href=//o.example/x>', '<a href="https://o.example/x">'],
    ['<a href="">', '<a href="">'],
    ['<a href="https://o.example/">', '<a href="https://o.example/">'],
    ['<a href="mailto:a@b.example">', '<a href="mailto:a@b.example">'],
    ['<a title="href=x">', '<a title="href=x">'],
    ['text href="x" < a href="y">', 'text href="x" < a href="y">'],
    ['<a =href="x" "\' href=y>', '<a =href="x" "\' href="https://quay.example/f/y">'],
    ['<a href="x', '<a href="x'],
    ['<a <b href=x>', '<a <b href="https://quay.example/f/x">'],
    ['</a href="x"><p', '</a href="x"><p'],
  ])('%s', (html, expected) => {
    expect(absoluteLinks(html, BASE)).toBe(expected);
  });

  it('has nothing to do twice, and leaves text alone', () => {
    const piece = fc.constantFrom('<a ', 'href', 'src', '=', '"', "'", '/x', ' ', '>', '<', '</p>', 'ü', '&amp;');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const once = absoluteLinks(pieces.join(''), BASE);
        expect(absoluteLinks(once, BASE)).toBe(once);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => absoluteLinks(text.replaceAll('<', ''), BASE) === text.replaceAll('<', '')),
    );
  });
});
