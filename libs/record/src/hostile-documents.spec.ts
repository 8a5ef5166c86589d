import type { DocumentMediaType, EventOf, pageFetched } from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { MAX_XML_DEPTH, MAX_XML_ELEMENTS } from './items/xml.js';
import { readDocument } from './read-document.js';

const NINJS = 'application/vnd.iptc.ninjs+json';
const G2 = 'application/vnd.iptc.g2.newsitem+xml';
const NITF = 'text/vnd.iptc.nitf';
const NEWSML = 'text/vnd.iptc.newsml';

type Page = EventOf<typeof pageFetched>;

function page(content: string | object, mediaType: DocumentMediaType, changes: Partial<Page> = {}): Page {
  return {
    receiptId: 'r-1',
    publisher: 'courier',
    origin: { mode: 'push', source: 'courier-key' },
    pageId: 'p-1',
    url: { original: 'urn:newsmill:push', final: 'urn:newsmill:push' },
    mediaType,
    content: typeof content === 'string' ? content : JSON.stringify(content),
    fetchedAt: '2026-06-01T12:00:00.000Z',
    ...changes,
  };
}

function versionOf(content: string | object, mediaType: DocumentMediaType = NINJS, changes: Partial<Page> = {}) {
  const read = readDocument(page(content, mediaType, changes));
  if (!read.ok) throw new Error(read.reason);
  return read.version;
}

const recordOf = (...args: Parameters<typeof versionOf>) => versionOf(...args).record;

function problemsOf(content: string | object, mediaType: DocumentMediaType = NINJS) {
  const read = readDocument(page(content, mediaType));
  if (read.ok) throw new Error('it was taken');
  expect(read.reason).not.toBe('');
  return read.problems!;
}

const item = { uri: 'urn:x:1', headline: 'A headline', body_text: 'Text.' };

function newsItem(itemMeta: string, rest = ''): string {
  return `<newsItem guid="urn:x:1" version="1"><itemMeta>${itemMeta}<title>T</title></itemMeta>${rest}</newsItem>`;
}

function nitf(docdata: string, attributes = ''): string {
  return `<nitf><head><docdata ${attributes}><doc-id id-string="x1"/>${docdata}</docdata></head><body><body.head><hedline><hl1>H</hl1></hedline></body.head><body.content><p>Text.</p></body.content></body></nitf>`;
}

function newsml(management: string): string {
  return `<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>p</ProviderId><NewsItemId>1</NewsItemId></NewsIdentifier></Identification><NewsManagement>${management}</NewsManagement><NewsComponent><NewsLines><HeadLine>H</HeadLine></NewsLines></NewsComponent></NewsItem></NewsML>`;
}

describe('hostile XML', () => {
  it("takes names that JavaScript's objects have for what they are: unknown", () => {
    const content = nitf(
      '<identified-content><constructor>x</constructor><person>Ute Kall</person></identified-content>',
    ).replace('<p>Text.</p>', '<constructor><p>Text.</p></constructor>');
    const record = recordOf(content, NITF);
    expect(record.people).toEqual([{ name: 'Ute Kall', rel: 'mentioned' }]);
    expect(record.bodies[1]?.value).toBe('<p>Text.</p>');
    const lines = newsml('').replace('<HeadLine>', '<toString>x</toString><HeadLine>');
    expect(recordOf(lines, NEWSML).headlines).toHaveLength(1);
    const subject = newsItem('', '<contentMeta><subject type="cpnat:constructor" literal="x"/></contentMeta>');
    expect(recordOf(subject, G2).subjects).toEqual([{ literal: 'x' }]);
  });

  const laughs = `<!DOCTYPE nitf [<!ENTITY a "ha">${Array.from({ length: 40 }, (_, i) => `<!ENTITY a${i} "${i === 0 ? '&a;' : `&a${i - 1};`.repeat(10)}">`).join('')}]>`;

  it.each([
    ['entities of the document', `${laughs}${nitf('').replace('Text.', '&a39;')}`, "Named entity isn't defined"],
    [
      'an entity from a file',
      `<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]>${nitf('').replace('Text.', '&x;')}`,
      "Named entity isn't defined",
    ],
    ['deep nesting', '<nitf>'.repeat(MAX_XML_DEPTH + 1), 'nested deeper'],
    [
      'deep nesting that hides behind a document type',
      `<!DOCTYPE nitf [> <!-- ]>${'<nitf>'.repeat(200_000)}`,
      'nested deeper',
    ],
    ['many elements', `<nitf>${'<a/>'.repeat(2 * MAX_XML_ELEMENTS)}</nitf>`, 'more than'],
    ['attributes without an end', `<nitf ${'a="'.repeat(50_000)}`, 'not well-formed'],
    ['a comment without an end', `<nitf><!-- ${'<!--'.repeat(50_000)}`, 'not well-formed'],
    ['a document type without an end', `<!DOCTYPE nitf [${']'.repeat(100_000)}`, 'not well-formed'],
  ])('is refused: %s', (_, content, detail) => {
    expect(problemsOf(content, NITF)).toEqual([{ pointer: '/', detail: expect.stringContaining(detail) }]);
  });

  it('reads the entities that HTML names', () => {
    const record = recordOf(nitf('').replace('Text.', 'caf&eacute;&nbsp;&ndash; &lt;b&gt;'), NITF);
    expect(record.bodies.map(({ value }) => value)).toEqual(['café – <b>', '<p>café – &lt;b&gt;</p>']);
  });

  it.each([
    [
      'XHTML',
      G2,
      newsItem(
        '',
        '<contentSet><inlineXML><html><body><p onclick="x()">A<script>alert(1)</script></p><a href="javascript:x()">b</a><iframe src="x"/><svg><script>x</script></svg></body></html></inlineXML></contentSet>',
      ),
    ],
    [
      'escaped HTML',
      G2,
      newsItem(
        '',
        '<contentSet><inlineData contenttype="text/html">&lt;p onclick="x()"&gt;A&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;&lt;a href="javascript:x()"&gt;b&lt;/a&gt;</inlineData></contentSet>',
      ),
    ],
    [
      'NITF',
      NITF,
      nitf('').replace('<p>Text.</p>', '<p>A<script>alert(1)</script></p><p><a href="javascript:x()">b</a></p>'),
    ],
    [
      'ninjs',
      NINJS,
      JSON.stringify({
        ...item,
        body_text: undefined,
        body_html:
          '<p onclick="x()">A<script>alert(1)</script></p><a href="data:text/html,x">b</a><img src=x onerror=y>',
      }),
    ],
  ] as const)('no script leaves the body of %s', (_, mediaType, content) => {
    const html = recordOf(content, mediaType).bodies.find(({ contentType }) => contentType === 'text/html')!.value;
    expect(html).toContain('A');
    expect(html).not.toMatch(/<(?:script|iframe|svg|img|a)|onclick|onerror|javascript/i);
  });
});
