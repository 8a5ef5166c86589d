import { describe, expect, it } from '@jest/globals';
import { parseByline } from './byline.js';

describe('parseByline', () => {
  it.each([
    ['By Ada Voss and Ben Ishikawa', ['Ada Voss', 'Ben Ishikawa']],
    ['By Ada Voss, Ben Ishikawa & Carla Ruiz', ['Ada Voss', 'Ben Ishikawa', 'Carla Ruiz']],
    ['Von Jette Brammer und Kwame Osei', ['Jette Brammer', 'Kwame Osei']],
    ['Por Lucía Benavent y Íñigo Sarrate', ['Lucía Benavent', 'Íñigo Sarrate']],
    ['Par Élise Morand', ['Élise Morand']],
    ['di Marco Belli e Anna Conti', ['Marco Belli', 'Anna Conti']],
    ['Tomasz Wren, Transport Correspondent', ['Tomasz Wren']],
    ['Ada Voss for The Ledger', ['Ada Voss']],
    ['Written by Ada Voss | Published 12 March 2024', ['Ada Voss']],
    ['Ada Voss, 12 March 2024', ['Ada Voss']],
    ['Ada Voss (London)', ['Ada Voss']],
    ['Ada Voss, ADA VOSS', ['Ada Voss']],
    ['ada.voss@news.example', []],
    ['https://news.example/ada', []],
    ['AFP', ['AFP']],
    ['Ada Voss, Reuters', ['Ada Voss', 'Reuters']],
    ['3 minutes ago', []],
    ['&quot;Ada Voss&quot;', ['Ada Voss']],
    ['<a href="/x">Ada Voss</a>', ['Ada Voss']],
    ['', []],
  ])('%j', (byline, names) => {
    expect(parseByline(byline)).toEqual(names);
  });
});
