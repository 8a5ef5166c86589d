import { describe, expect, it } from '@jest/globals';
import { parseHtml } from '../html-tree.js';
import { readPageMetadata } from '../metadata/page-metadata.js';
import { knownSiteNames } from './site.js';
import { chooseTitle, titleCandidates } from './title.js';

function titleOf(html: string): string | undefined {
  const url = 'https://www.northmoor.example/north/ferry';
  const tree = parseHtml(html);
  const page = readPageMetadata(tree, url);
  return chooseTitle(titleCandidates(tree, page, knownSiteNames(page, url)))?.value;
}

const site = '<meta property="og:site_name" content="The Northmoor Ledger">';
const og = (title: string): string => `${site}<meta property="og:title" content="${title}">`;

describe('the title', () => {
  it.each([
    [
      'a heading that the metadata shorten',
      og('Ferry sails again') + '<h1>Ferry sails again after six weeks</h1>',
      'Ferry sails again after six weeks',
    ],
    [
      'a kicker in the heading',
      og('Ferry sails again') + '<h1><span>North coast</span><span>Ferry sails again</span></h1>',
      'Ferry sails again',
    ],
    [
      'a section before the heading',
      og('Ferry sails again') + '<h1>Transport | Ferry sails again</h1>',
      'Ferry sails again',
    ],
    [
      'a label',
      og('Opinion | The ferry must sail') + '<h1>The ferry must sail | Editorial</h1>',
      'The ferry must sail',
    ],
    [
      'a logo as heading',
      '<title>Ferry sails again</title>' + site + '<h1>The Northmoor Ledger</h1>',
      'Ferry sails again',
    ],
    [
      'a logo with a word',
      og('Ferry sails again') + '<h1>Northmoor Logo</h1><h1>Northmoor Logo</h1>',
      'Ferry sails again',
    ],
    [
      'a heading of something else',
      '<title>Ferry sails again after storm</title><h1>Transport health centre</h1>',
      'Ferry sails again after storm',
    ],
    [
      'metadata that were cut',
      og('Ferry sails again after…') + '<title>Ferry sails again after the storm</title>',
      'Ferry sails again after the storm',
    ],
    ['references escaped twice', og('Ferry &amp;amp; crew sail'), 'Ferry & crew sail'],
    ['two headings', og('Ferry sails again') + '<h1>Most read</h1><h1>Ferry sails again</h1>', 'Ferry sails again'],
    [
      'several properties in one element',
      '<meta property="dc:x og:title" content="Ferry sails again"><h1>x</h1>',
      'Ferry sails again',
    ],
    ['a microformat', '<title>Northmoor</title><h2 class="entry-title">Ferry sails again</h2>', 'Ferry sails again'],
  ])('%s', (_name, html, title) => {
    expect(titleOf(html)).toBe(title);
  });
});
