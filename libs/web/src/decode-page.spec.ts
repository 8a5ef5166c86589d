import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodePage } from './decode-page.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const hex = (octets: string): Uint8Array => Uint8Array.from(Buffer.from(octets.replaceAll(' ', ''), 'hex'));
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

describe('decodePage', () => {
  it('believes a byte order mark before everything else', () => {
    const page = join(hex('efbbbf'), utf8('<meta charset="koi8-r">é'));
    expect(decodePage(page, 'text/html; charset=windows-1251')).toEqual({
      text: '<meta charset="koi8-r">é',
      charset: 'utf-8',
      source: 'bom',
      warnings: [],
    });
    expect(decodePage(hex('fffe 6800 e900')).text).toBe('hé');
    expect(decodePage(hex('feff 0068 00e9'))).toMatchObject({ text: 'hé', charset: 'utf-16be', source: 'bom' });
  });

  it.each([
    ['text/html; charset=windows-1251', 'cff0e8e2e5f2', 'Привет', 'windows-1251'],
    ['text/html;CHARSET="Shift_JIS"', '93fa967b8cea', '日本語', 'shift_jis'],
    ["text/html; charset='big5'; x=y", 'a4a4a4e5', '中文', 'big5'],
    ['text/html; charset=ISO-8859-1', '80 e9', '€é', 'windows-1252'],
    ['text/html; charset=gb2312', 'd6d0cec4', '中文', 'gbk'],
  ])('follows the header %s', (header, octets, text, charset) => {
    expect(decodePage(hex(octets), header)).toEqual({ text, charset, source: 'header', warnings: [] });
  });

  it.each([
    ['<meta charset=koi8-r>'],
    ['<meta charset=koi8-r/>'],
    ['<META CHARSET = "KOI8-R">'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'],
    ["<meta content='text/html;charset=koi8-r' http-equiv=content-type>"],
    ['<!-- <meta charset=utf-8> --><meta charset="koi8-r"/>'],
    ['<meta name="description" content="charset=utf-8"><meta charset="koi8-r">'],
    ['<?xml version="1.0" encoding="koi8-r"?><rss>'],
    [`${' '.repeat(3900)}<meta charset=koi8-r>`],
  ])('follows the declaration %s', (declaration) => {
    const decoded = decodePage(join(latin1(declaration), hex('f0d2c9d7c5d4')));
    expect(decoded).toMatchObject({ charset: 'koi8-r', source: 'meta', warnings: [] });
    expect(decoded.text.endsWith('Привет')).toBe(true);
  });

  it('looks for a declaration in the first 4 KiB alone', () => {
    expect(decodePage(join(latin1(`${' '.repeat(4096)}<meta charset=koi8-r>`), utf8('é'))).source).toBe('detected');
  });

  it('reads a declaration of UTF-16 in octets as UTF-8', () => {
    expect(decodePage(utf8('<meta charset="utf-16">é'))).toMatchObject({ charset: 'utf-8', source: 'meta' });
  });

  it('knows XML in UTF-16 without a byte order mark', () => {
    const xml = Uint8Array.from(Buffer.from('<?xml version="1.0"?><a>é</a>', 'utf16le'));
    expect(decodePage(xml)).toMatchObject({ text: '<?xml version="1.0"?><a>é</a>', charset: 'utf-16le' });
  });

  it.each(['x-none', 'utf-7', 'iso-2022-kr'])('warns of the label %s and goes on', (label) => {
    const decoded = decodePage(join(latin1('<meta charset=koi8-r>'), hex('f0d2')), `text/html; charset=${label}`);
    expect(decoded).toMatchObject({ charset: 'koi8-r', source: 'meta' });
    expect(decoded.warnings).toEqual([expect.stringContaining(`"${label}"`)]);
  });

  it('does not follow a windows-1252 label on octets that are UTF-8', () => {
    const decoded = decodePage(utf8('<p>“Größe”'), 'text/html; charset=iso-8859-1');
    expect(decoded).toMatchObject({ text: '<p>“Größe”', charset: 'utf-8', source: 'detected' });
    expect(decoded.warnings).toEqual([expect.stringContaining('valid UTF-8')]);
  });

  it('does not follow UTF-8 on octets that are not', () => {
    const french = 'Le député a été réélu à l’Assemblée après une très longue soirée, malgré les défections';
    const octets = join(latin1('<meta charset="utf-8">'), latin1(french.replace('’', '\x92')));
    const decoded = decodePage(octets, 'text/html; charset=utf-8');
    expect(decoded.text).toContain(french);
    expect(decoded).toMatchObject({ charset: 'windows-1252' });
    expect(decoded.warnings).toHaveLength(2);
  });

  it('keeps a true declaration in spite of a stray octet', () => {
    const decoded = decodePage(join(utf8('Größe, Länge, Höhe'), hex('e9')), 'text/html; charset=utf-8');
    expect(decoded).toMatchObject({ text: 'Größe, Länge, Höhe\uFFFD', charset: 'utf-8', source: 'header' });
    expect(decoded.warnings).toHaveLength(1);
  });

  it('keeps replacement characters that the page itself holds', () => {
    const decoded = decodePage(utf8('lost: \uFFFD'), 'text/html; charset=utf-8');
    expect(decoded).toEqual({ text: 'lost: \uFFFD', charset: 'utf-8', source: 'header', warnings: [] });
  });

  it('detects what nobody declared', () => {
    const russian = 'Правительство утвердило бюджет на следующий год, сообщили в министерстве финансов.';
    const cyrillic = Uint8Array.from(russian, (c) => {
      const code = c.charCodeAt(0);
      return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code;
    });
    expect(decodePage(join(latin1('<html><body><p class="x">'), cyrillic))).toMatchObject({
      charset: 'windows-1251',
      source: 'detected',
      text: `<html><body><p class="x">${russian}`,
    });
    expect(decodePage(hex('1b2442467c4b5c38 6c1b2842'))).toMatchObject({ charset: 'iso-2022-jp', text: '日本語' });
    expect(decodePage(utf8('Zażółć gęślą jaźń'))).toMatchObject({ charset: 'utf-8', source: 'detected', warnings: [] });
    expect(decodePage(utf8('plain'))).toMatchObject({ charset: 'utf-8', source: 'detected' });
  });

  it('falls back to windows-1252', () => {
    expect(decodePage(hex('80'))).toEqual({ text: '€', charset: 'windows-1252', source: 'default', warnings: [] });
  });

  it('takes no octets', () => {
    expect(decodePage(new Uint8Array())).toMatchObject({ text: '', charset: 'utf-8' });
  });

  it('takes a view into a larger buffer', () => {
    expect(decodePage(utf8('xxéxx').subarray(2, 4)).text).toBe('é');
  });

  it('takes any octets and any header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (octets, header) => {
        const decoded = decodePage(octets, `text/html; charset=${header}`);
        expect(new TextDecoder(decoded.charset).encoding).toBe(decoded.charset);
      }),
    );
  });

  it('takes a megabyte of brackets, quotes and comments', () => {
    for (const unit of ['<meta ', '<!--', '<meta charset="', '<?xml ', '<', 'charset=', '\xe9<']) {
      expect(decodePage(latin1(unit.repeat(1_000_000 / unit.length))).text.length).toBeGreaterThan(900_000);
    }
  });
});
