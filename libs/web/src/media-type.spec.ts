import { describe, expect, it } from '@jest/globals';
import { charsetOf, mediaTypeOf } from './content-type.js';
import { sniffMediaType } from './sniff-media-type.js';

const octets = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('mediaTypeOf', () => {
  it.each([
    ['text/html', 'text/html'],
    ['Text/HTML; charset=utf-8', 'text/html'],
    [' application/rss+xml ;x=y', 'application/rss+xml'],
    ['text/html, text/html; charset=utf-8', 'text/html'],
    ['nonsense', undefined],
    ['text/', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%p is %p', (header, mediaType) => {
    expect(mediaTypeOf(header)).toBe(mediaType);
  });
});

describe('charsetOf', () => {
  it.each([
    ['text/html; charset=UTF-8', 'UTF-8'],
    ['text/html;charset="utf-8"', 'utf-8'],
    ['text/html; boundary=x; charset = utf-8 ; y', 'utf-8'],
    ['text/html; charset=', undefined],
    ['text/html', undefined],
    [undefined, undefined],
  ])('%p is %p', (header, charset) => {
    expect(charsetOf(header)).toBe(charset);
  });
});

describe('sniffMediaType', () => {
  it.each([
    ['%PDF-1.7\n%\xe2\xe3', 'application/pdf'],
    ['\n%PDF-1.4', 'application/pdf'],
    ['\x89PNG\r\n\x1a\n', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['GIF89a..', 'image/gif'],
    ['RIFF\x10\0\0\0WEBPVP8 ', 'image/webp'],
    ['\0\0\0\x1cftypavif', 'image/avif'],
    ['\0\0\0\x18ftypmp42', 'video/mp4'],
    ['PK\x03\x04\x14', 'application/zip'],
    ['\x1f\x8b\x08\0', 'application/gzip'],
    ['\x00\x01\x02\x03', 'application/octet-stream'],
    ['<!DOCTYPE html><html>', 'text/html'],
    ['\n  <HTML lang=en>', 'text/html'],
    ['<!-- hello --><html>', 'text/html'],
    ['<p>hello', 'text/html'],
    ['\xef\xbb\xbf<html>', 'text/html'],
    ['\xff\xfe<\0h\0t\0m\0l\0>\0', 'text/html'],
    ['<?xml version="1.0"?><rss version="2.0">', 'application/rss+xml'],
    ['<rss version="2.0">', 'application/rss+xml'],
    ['<?xml version="1.0"?>\n<!-- made -->\n<?xml-stylesheet href="a.xsl"?><feed xmlns="x">', 'application/atom+xml'],
    ['<rdf:RDF xmlns:rdf="x">', 'application/rdf+xml'],
    ['<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>', 'application/xhtml+xml'],
    ['<?xml version="1.0"?><!DOCTYPE note [<!ENTITY a "b">]><note>', 'application/xml'],
    ['<svg viewBox="0 0 1 1">', 'image/svg+xml'],
    ['<urlset xmlns="x">', 'application/xml'],
    ['{"version": 1}', 'application/json'],
    ['[]', 'application/json'],
    ['{ hello }', 'text/plain'],
    ['[1] A footnote', 'text/plain'],
    ['Good evening', 'text/plain'],
    ['< 5 percent', 'text/plain'],
  ])('%j is %s', (text, mediaType) => {
    expect(sniffMediaType(octets(text))).toBe(mediaType);
  });

  it('says nothing of nothing', () => {
    expect(sniffMediaType(new Uint8Array())).toBeUndefined();
  });
});
