import { describe, expect, it } from '@jest/globals';
import { sniffDocument } from './sniff-document.js';

const NINJS = 'application/vnd.iptc.ninjs+json';
const G2 = 'application/vnd.iptc.g2.newsitem+xml';
const NEWSML = 'text/vnd.iptc.newsml';
const NITF = 'text/vnd.iptc.nitf';

describe('the format of a document', () => {
  it.each([
    ['a page', '<html>', 'text/html; charset=utf-8', 'text/html'],
    ['XHTML', '<html xmlns="http://www.w3.org/1999/xhtml"/>', 'application/xhtml+xml', 'text/html'],
    ['a named format, whatever its content', 'nonsense', NINJS, NINJS],
    ['a named format in other letters', '<x/>', 'Text/VND.IPTC.NITF', NITF],
    ['a newsMessage', '<newsMessage/>', 'application/vnd.iptc.g2.newsmessage+xml', G2],
    ['the first generation of NewsML', '<NewsML/>', 'text/vnd.IPTC.NewsML', NEWSML],
    ['the second under the name of the first', '<newsItem guid="x"/>', 'text/vnd.IPTC.NewsML', G2],
    ['a picture', 'GIF89a', 'image/gif', undefined],
    ['a feed', '<rss/>', 'application/rss+xml', undefined],
    ['nothing', ' \n', undefined, undefined],
    ['prose', 'Dear editors, we regret', 'text/plain', undefined],
  ])('by what it is called: %s', (_, content, contentType, expected) => {
    expect(sniffDocument(content, contentType)).toBe(expected);
  });

  const generic = [
    'application/json',
    'application/xml',
    'text/xml',
    'application/octet-stream',
    'text/plain',
    undefined,
  ];

  it.each([
    ['ninjs 3', '{"uri":"urn:x:1","type":"text","headlines":[]}', NINJS],
    ['ninjs 1', '\ufeff {"uri":"urn:x:1","versioncreated":"2026-01-01T00:00:00Z","body_text":"x"}', NINJS],
    ['ninjs by its standard block alone', '{"standard":{"name":"ninjs","version":"2.1"}}', NINJS],
    ['a dialect by its schema', '{"standard":{"schema":"https://a.example/my-ninjs_3.json"}}', NINJS],
    ['a list of ninjs', '[{"uri":"urn:x:1","type":"event"}]', NINJS],
    ["the door's envelope of an address", '{"url":"https://a.example/x"}', undefined],
    ["the door's envelope of a page", '{"url":"https://a.example/x","html":"<p>x","guid":"7"}', undefined],
    ['other JSON', '{"uri":"urn:x:1","name":"y"}', undefined],
    ['broken JSON', '{"uri":"urn:x:1","type":"text"', undefined],
    ['an empty list', '[]', undefined],
    ['NewsML-G2', '<?xml version="1.0"?><!-- x --><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"/>', G2],
    ['NewsML-G2 with a prefix', '<nar:newsMessage xmlns:nar="x"></nar:newsMessage>', G2],
    ['NITF behind a document type', '<!DOCTYPE nitf SYSTEM "nitf.dtd" [<!ENTITY a "b">]>\n<nitf>', NITF],
    ['NewsML 1', '\n<NewsML Version="1.2">', NEWSML],
    ['HTML', '<!-- made by hand --><!DOCTYPE HTML><html>', 'text/html'],
    ['a piece of HTML', '<p>Some text', 'text/html'],
    ['other XML', '<invoice/>', undefined],
    ['XML with a name of JavaScript', '<constructor/>', undefined],
    ['a comment without an end', '<!-- <newsItem>', undefined],
  ])('by what it holds, where its type tells nothing: %s', (_, content, expected) => {
    for (const contentType of generic) expect(sniffDocument(content, contentType)).toBe(expected);
  });
});
