import { describe, expect, it } from '@jest/globals';
import { parseLinkHeader } from './link-header.js';
import { readPageLinks } from './page-links.js';

const URL = 'https://a.example/amp/x';
const OWN = '<link rel="canonical" href="/x">';
const read = (head: string, headers = {}) => readPageLinks(`<!doctype html><html><head>${head}</head>`, URL, headers);

describe('the canonical address that a page declares', () => {
  it.each([
    ['in full', '<link rel="canonical" href="https://a.example/x">'],
    ['relative', OWN],
    ['against its base', '<base href="https://a.example/y/"><link rel=canonical href=../x>'],
    ['among other relations, in capitals', "<LINK HREF='/x' REL='alternate Canonical' />"],
    ['with a fragment', '<link rel="canonical" href="/x#top">'],
    ['twice the same', OWN + OWN],
    ['behind a comment with another one', '<!-- <link rel="canonical" href="/old"> -->' + OWN],
    ['behind a script that writes another one', `<script>w('<link rel="canonical" href="/old">')</script>${OWN}`],
    ['behind a title that looks like one', `<title><link rel="canonical" href="/old"></title>${OWN}`],
    ['behind 300 KB of styles', `<style>${'a{b:c}'.repeat(50_000)}</style>${OWN}`],
  ])('%s', (_, head) => {
    expect(read(head)).toMatchObject({ canonical: 'https://a.example/x', canonicalFrom: 'markup' });
  });

  it('has its character references undone', () => {
    expect(read('<link rel=canonical href="/x?a=1&amp;b=2&#38;c=3&#x26;d=4">').canonical).toBe(
      'https://a.example/x?a=1&b=2&c=3&d=4',
    );
  });

  it.each([
    ['several that differ', `${OWN}<link rel="canonical" href="/y">`],
    ['one in the body', `</head><body>${OWN}`],
    ['one behind an element that begins the body', `<div></div>${OWN}`],
    ['one in a template', `<template>${OWN}</template>`],
    ['one in an attribute that never ends', `<meta content="${OWN.replaceAll('"', "'")}`],
    ['a script', '<link rel="canonical" href="javascript:alert(1)">'],
    ['credentials', '<link rel="canonical" href="https://u:p@a.example/x">'],
    ['nothing', '<link rel="canonical" href="">'],
    ['another relation', '<link rel="canonicalize" href="/x">'],
  ])('is none for %s', (_, head) => {
    expect(read(head).canonical).toBeUndefined();
  });

  it.each([
    ['<https://a.example/x>; rel="canonical"'],
    ['</x>; rel=canonical'],
    ['<https://a.example/a.css>; rel=preload; as=style, </x>; title="a, \\"b\\" <c>"; rel="shortlink canonical"'],
    ['</y>; rel=canonical; anchor="https://a.example/z", </x>; REL=Canonical'],
  ])('stands in the Link header: %s', (link) => {
    expect(read('', { link })).toMatchObject({ canonical: 'https://a.example/x', canonicalFrom: 'header' });
  });

  it('is that of the markup where both name one, and none where the header names two', () => {
    expect(read(OWN, { link: '</y>; rel=canonical' })).toMatchObject({ canonicalFrom: 'markup' });
    expect(read('', { link: '</x>; rel=canonical, </y>; rel=canonical' }).canonical).toBeUndefined();
  });

  it.each(['<', '</x', '</x>; rel="canonical', 'no link at all', ',,,;;;==""', '<>;rel=canonical', '</x>;="a"'])(
    'survives the header %j',
    (link) => {
      expect(parseLinkHeader(link).length).toBeLessThan(3);
    },
  );
});

describe('a page that is AMP', () => {
  it.each(['<html ⚡>', '<html ⚡️ lang="en">', '<html amp>', '<HTML lang=en AMP="">'])('says so: %s', (tag) => {
    expect(readPageLinks(`<!doctype html>${tag}<head>${OWN}`, URL).isAmp).toBe(true);
  });

  it.each(['<html>', '<html class="amp">', '<html ⚡4email>', '<html data-amp>'])('is not %s', (tag) => {
    expect(readPageLinks(`<!doctype html>${tag}<head>${OWN}`, URL).isAmp).toBe(false);
  });

  it('is named by its twin', () => {
    expect(read('<link rel="amphtml" href="/amp/x">').amp).toBe('https://a.example/amp/x');
  });
});

describe('where a page sends its reader at once', () => {
  it.each([
    ['0; url=/y'],
    ['0;URL=/y'],
    ["0; url='/y'"],
    ['0, url="/y"; later'],
    ['0 /y'],
    ['0.5; url=/y'],
    [' ;url=/y'],
    ['0;/y'],
  ])('%s', (content) => {
    expect(read(`<meta http-equiv="Refresh" content="${content.replaceAll('"', '&quot;')}">`).refresh).toBe(
      'https://a.example/y',
    );
  });

  it('stands in a Refresh header too', () => {
    expect(read('', { refresh: '0; url=https://a.example/y' }).refresh).toBe('https://a.example/y');
  });

  it.each(['5; url=/y', '0', '0;', '0; url=', '0; url=javascript:alert(1)', 'soon; url=/y', '-1; url=/y'])(
    'is nowhere for %j',
    (content) => {
      expect(read(`<meta http-equiv="refresh" content="${content}">`).refresh).toBeUndefined();
    },
  );

  it('is not for readers without scripts alone', () => {
    expect(read('<noscript><meta http-equiv="refresh" content="0; url=/noscript"></noscript>').refresh).toBeUndefined();
  });
});

describe('reading a head', () => {
  it.each([
    ['tags that do not end', '<link '.repeat(80_000)],
    ['quotes that do not end', '<link href="'.repeat(40_000)],
    ['comments that do not end', '<!--'.repeat(120_000)],
    ['scripts that do not end', '<script></'.repeat(50_000)],
    ['angle brackets', '<'.repeat(500_000)],
    ['attributes', `<link ${'a='.repeat(240_000)}`],
    ['links', '<link rel=canonical href=x>'.repeat(19_000)],
    ['references', `<link rel=canonical href="${'&#'.repeat(200_000)}">`],
  ])('ends with %s', (_, html) => {
    expect(readPageLinks(html, URL).refresh).toBeUndefined();
  });
});
