import type { DocumentMediaType, EventOf, pageFetched } from '@newsmill/contracts';
import { articleIdOf } from '@newsmill/web';
import { describe, expect, it } from '@jest/globals';
import { inspectDocument, splitDocument } from './inspect-document.js';
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

describe('the life cycle that a document states', () => {
  const kinds = [
    ['ninjs 1', NINJS, (status: string) => JSON.stringify({ ...item, pubstatus: status })],
    [
      'ninjs 3',
      NINJS,
      (status: string) => JSON.stringify({ uri: 'urn:x:1', pubStatus: status, headlines: [{ value: 'H' }] }),
    ],
    ['NewsML-G2', G2, (status: string) => newsItem(`<pubStatus qcode="stat:${status}"/>`)],
    [
      'NewsML-G2 by URI',
      G2,
      (status: string) => newsItem(`<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/${status}"/>`),
    ],
    [
      'NewsML 1',
      NEWSML,
      (status: string) => newsml(`<Status FormalName="${status.replace(/^./, (sign) => sign.toUpperCase())}"/>`),
    ],
    ['NITF', NITF, (status: string) => nitf('', `management-status="${status}"`)],
  ] as const;

  describe.each(kinds)('%s', (_, mediaType, withStatus) => {
    it.each(['usable', 'withheld', 'canceled'])('%s', (status) => {
      expect(recordOf(withStatus(status), mediaType).pubStatus).toBe(status);
      expect(inspectDocument(withStatus(status), mediaType)).toMatchObject({ pubStatus: status, problems: [] });
    });

    it('refuses a status that it does not know, instead of taking it for usable', () => {
      const [problem] = problemsOf(withStatus('kiled'), mediaType);
      expect(problem?.detail).toMatch(/kiled" is none of usable, withheld, canceled/i);
      expect(problem?.pointer).toMatch(/status/i);
    });

    it('is usable where it says nothing', () => {
      const silent = withStatus('usable').replace(
        /(?:,?"pub[sS]tatus":"usable")|<pubStatus[^>]*>|<Status [^>]*>| management-status="usable"/,
        '',
      );
      expect(silent).not.toMatch(/usable/i);
      expect(recordOf(silent, mediaType).pubStatus).toBe('usable');
    });
  });

  it('a kill needs neither a headline nor a body', () => {
    const record = recordOf({ uri: 'urn:x:1', pubstatus: 'canceled', ednote: 'KILL' });
    expect(record).toMatchObject({ pubStatus: 'canceled', headlines: [], bodies: [], edNote: 'KILL' });
    expect(
      recordOf('<newsItem guid="x"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>', G2).pubStatus,
    ).toBe('canceled');
  });

  it.each([
    ['ninjs 1', NINJS, JSON.stringify({ ...item, embargoed: '2026-07-01T08:00:00+02:00' })],
    ['ninjs 3', NINJS, JSON.stringify({ ...item, embargoedUntil: '2026-07-01T06:00:00Z' })],
    ['NewsML-G2', G2, newsItem('<embargoed>2026-07-01T08:00:00+02:00</embargoed>')],
    ['NITF', NITF, nitf('<date.release norm="20260701T060000Z"/>', 'management-status="embargoed"')],
    [
      'NewsML 1',
      NEWSML,
      newsml(
        '<Status FormalName="Embargoed"/><StatusWillChange><FutureStatus FormalName="Usable"/><DateAndTime>20260701T080000+0200</DateAndTime></StatusWillChange>',
      ),
    ],
  ] as const)('an embargo of %s', (_, mediaType, content) => {
    expect(recordOf(content, mediaType)).toMatchObject({ pubStatus: 'usable', embargoedUntil: '2026-07-01T06:00:00Z' });
    expect(inspectDocument(content, mediaType).embargoedUntil).toBe('2026-07-01T06:00:00Z');
  });

  it.each([
    ['NewsML-G2', G2, newsItem('<embargoed/><pubStatus qcode="stat:usable"/>')],
    ['NITF', NITF, nitf('', 'management-status="embargoed"')],
    ['NewsML 1', NEWSML, newsml('<Status FormalName="Embargoed"/>')],
  ] as const)('an embargo of %s without an end withholds', (_, mediaType, content) => {
    expect(recordOf(content, mediaType).pubStatus).toBe('withheld');
  });

  it('an endless embargo does not undo a kill', () => {
    expect(recordOf(newsItem('<embargoed/><pubStatus qcode="stat:canceled"/>'), G2).pubStatus).toBe('canceled');
  });

  it('an embargo that cannot be read keeps the document out: it must not be published early', () => {
    expect(problemsOf({ ...item, embargoed: 'tomorrow' })).toEqual([
      { pointer: '/embargoed', detail: expect.stringContaining('the embargo "tomorrow" is no date and time') },
    ]);
  });

  it.each([
    ['ninjs', NINJS, JSON.stringify({ ...item, expires: '2026-08-01T00:00:00Z' })],
    ['NITF', NITF, nitf('<date.expire norm="20260801T000000Z"/>')],
    [
      'NewsML 1',
      NEWSML,
      newsml(
        '<StatusWillChange><FutureStatus FormalName="Canceled"/><DateAndTime>20260801T000000Z</DateAndTime></StatusWillChange>',
      ),
    ],
  ] as const)('an end of %s', (_, mediaType, content) => {
    expect(recordOf(content, mediaType).expires).toBe('2026-08-01T00:00:00Z');
  });

  it.each([
    [
      'a note',
      NINJS,
      JSON.stringify({ ...item, ednote: 'CORRECTION: the mayor is Ms Kall' }),
      'CORRECTION: the mayor is Ms Kall',
    ],
    [
      'a note to editors',
      NINJS,
      JSON.stringify({ ...item, edNote: 'Eds: Corrects spelling of Kall.' }),
      'Eds: Corrects spelling of Kall.',
    ],
    [
      'a note in German',
      NINJS,
      JSON.stringify({ ...item, edNote: 'Berichtigung: Absatz 2' }),
      'Berichtigung: Absatz 2',
    ],
    [
      'a paragraph',
      NINJS,
      JSON.stringify({ ...item, body_text: '(Corrects paragraph 3)\n\nText.' }),
      '(Corrects paragraph 3)',
    ],
    ['a signal', G2, newsItem('<edNote>See paragraph 3.</edNote><signal qcode="sig:correction"/>'), 'See paragraph 3.'],
    ['a signal alone', G2, newsItem('<signal qcode="sig:correction"/>'), 'Correction'],
    ['the role of a note', G2, newsItem('<edNote role="ednoterole:correction">Paragraph 3.</edNote>'), 'Paragraph 3.'],
    ['an element of NITF', NITF, nitf('<correction info="Paragraph 3."/>'), 'Paragraph 3.'],
    ['a message of NITF', NITF, nitf('<ed-msg info="Corrects paragraph 3."/>'), 'Corrects paragraph 3.'],
    [
      'an instruction',
      NEWSML,
      newsml('<Instruction FormalName="Rectify"><Comment>Name</Comment></Instruction>'),
      'Name',
    ],
  ] as const)('a correction told by %s', (_, mediaType, content, text) => {
    expect(recordOf(content, mediaType).x.corrections).toEqual([{ text }]);
  });

  it.each([
    'Pictures to follow.',
    'The correctional facility is new.',
    'No corrections.',
    'Read correctly at noon.',
    'Noe utvidet.',
  ])('no correction: %s', (ednote) => {
    expect(recordOf({ ...item, ednote }).x.corrections).toBeUndefined();
  });
});

describe('the identity of an article', () => {
  it("is of the publisher and the door's guid, else the document's own", () => {
    expect(versionOf(item, NINJS, { guid: 'door-1' }).articleId).toBe(
      articleIdOf({ publisher: 'courier', guid: 'door-1' }),
    );
    expect(versionOf(item).articleId).toBe(articleIdOf({ publisher: 'courier', guid: 'urn:x:1' }));
    expect(recordOf(item, NINJS, { guid: 'door-1' }).altIds).toEqual([
      { role: 'guid', value: 'door-1' },
      { role: 'uri', value: 'urn:x:1' },
    ]);
  });

  it('is the same for every format and version of the item', () => {
    const ids = [
      versionOf({ uri: 'x1', headline: 'One' }),
      versionOf({ uri: 'x1', versioncreated: '2026-05-01T00:00:00Z', headline: 'Two' }),
      versionOf(nitf(''), NITF),
      versionOf(newsItem('').replace('urn:x:1', 'x1'), G2),
    ].map(({ articleId }) => articleId);
    expect(new Set(ids).size).toBe(1);
  });

  it('is the address where no publisher is known', () => {
    const { articleId, record } = versionOf({ ...item, url: 'https://a.example/x?utm_source=feed' }, NINJS, {
      publisher: undefined,
    });
    expect(articleId).toBe(articleIdOf({ url: 'https://a.example/x' }));
    expect(record.x.url.canonical).toBe('https://a.example/x');
  });

  it("is the source's own identifier where there is neither", () => {
    expect(versionOf(item, NINJS, { publisher: undefined }).articleId).toBe(
      articleIdOf({ publisher: 'courier-key', guid: 'urn:x:1' }),
    );
  });

  it.each([
    ['an address', { ...item, url: 'https://a.example/x' }, 'https://a.example/x'],
    ['an address among its identifiers', { ...item, altids: { weburl: 'https://a.example/y' } }, 'https://a.example/y'],
    ['an identifier that is an address', { ...item, uri: 'https://a.example/z' }, 'https://a.example/z'],
    ['an identifier that is a URI', item, 'urn:x:1'],
    ['an identifier that is none', { ...item, uri: 'desk 7/ä' }, 'urn:newsmill:desk%207%2F%C3%A4'],
  ])("x.url is the item's address, else its URI: %s", (_, content, expected) => {
    expect(recordOf(content).x.url).toEqual({ original: expected, final: expected, canonical: expected });
  });

  it('keeps the address that a document was fetched from', () => {
    const url = { original: 'https://a.example/item.json', final: 'https://b.example/item.json' };
    expect(recordOf(item, NINJS, { url }).x.url).toEqual({ ...url, canonical: 'urn:x:1' });
  });
});

describe('a document that cannot be taken says where and why', () => {
  it.each([
    ['no JSON', '{"uri":', '', 'not JSON'],
    ['no object', '[1,2]', '/1', 'send each by itself'],
    ['no identifier', { headline: 'A' }, '/uri', 'no identifier'],
    ['nothing to read', { uri: 'urn:x:1' }, '/headlines', 'neither'],
    ['only a script', { uri: 'urn:x:1', body_html: '<script>alert(1)</script>' }, '/headlines', 'neither'],
    ['an endless identifier', { ...item, uri: `urn:x:${'1'.repeat(2_000)}` }, '/uri', 'at most 1024'],
    ['an endless version', { ...item, version: '1'.repeat(300) }, '/version', 'at most 200'],
    ['a wrong type', { ...item, headline: 7 }, '/headline', 'expected string, received number'],
    [
      'a wrong type in a list',
      { ...item, subject: [{ name: 'a' }, { name: false }] },
      '/subject/1/name',
      'expected string',
    ],
    [
      'a wrong type in camel case',
      { uri: 'x', headlines: [{ value: 'a', contentType: 1 }] },
      '/headlines/0/contentType',
      'expected string',
    ],
    [
      'a wrong type in an object of 1.x',
      { ...item, associations: { 'a/b': { headline: [] } } },
      '/associations/a~1b/headline',
      'expected string',
    ],
    ['a wrong type of a text by name', { ...item, body_html: ['x'] }, '/body_html', 'must be a text'],
  ])('ninjs: %s', (_, content, pointer, detail) => {
    expect(problemsOf(content)).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
  });

  it.each([
    ['broken markup', G2, '<newsItem><itemMeta></newsItem>', '/', 'not well-formed XML'],
    ['another root', G2, '<rss/>', '/rss', 'NewsML-G2 is taken as'],
    [
      'another kind of item',
      G2,
      '<newsMessage><itemSet><packageItem/></itemSet></newsMessage>',
      '/newsMessage/itemSet',
      'packageItem',
    ],
    ['an empty message', G2, '<newsMessage><itemSet/></newsMessage>', '/newsMessage/itemSet', 'no item'],
    ['no identifier', G2, newsItem('').replace(' guid="urn:x:1"', ''), '/newsItem/@guid', 'no identifier'],
    ['nothing to read', G2, '<newsItem guid="x"/>', '/newsItem/contentMeta/headline', 'neither'],
    [
      'no identifier of NITF',
      NITF,
      nitf('').replace('<doc-id id-string="x1"/>', ''),
      '/nitf/head/docdata/doc-id/@id-string',
      'no identifier',
    ],
    [
      'an embargo of NITF',
      NITF,
      nitf('<date.release norm="soon"/>'),
      '/nitf/head/docdata/date.release/@norm',
      'embargo',
    ],
    ['no item of NewsML', NEWSML, '<NewsML/>', '/NewsML', 'one NewsItem'],
  ] as const)('XML: %s', (_, mediaType, content, pointer, detail) => {
    expect(problemsOf(content, mediaType)).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
    // What needs no sanitising is told at the door already, but for the identifier, which the door may give.
    if (!detail.includes('identifier'))
      expect(inspectDocument(content, mediaType).problems).toContainEqual({
        pointer,
        detail: expect.stringContaining(detail),
      });
  });

  it('names each item that comes along, and takes them one by one', () => {
    const one = newsItem('');
    const message = `<newsMessage><itemSet>${one}<packageItem/>${one.replace('urn:x:1', 'urn:x:2')}</itemSet></newsMessage>`;
    expect(problemsOf(message, G2)).toEqual([
      { pointer: '/newsMessage/itemSet/newsItem[2]', detail: expect.stringContaining('send each by itself') },
    ]);
    expect(splitDocument(message, G2).map((part) => recordOf(part, G2).altIds?.[0]?.value)).toEqual([
      'urn:x:1',
      'urn:x:2',
    ]);
    expect(splitDocument(JSON.stringify([item, item]), NINJS)).toHaveLength(2);
    expect(splitDocument(one, G2)).toEqual([one]);
  });

  it('a bad date that nothing depends on is a warning', () => {
    const record = recordOf({ ...item, firstcreated: '2026-02-31T00:00:00Z', expires: '' });
    expect(record.firstCreated).toBeUndefined();
    expect(record.x.parse.warnings).toEqual([
      expect.stringMatching(/^\/firstcreated: "2026-02-31T00:00:00Z" is no date/),
    ]);
  });

  it('a version from the future does not shut out the next one', () => {
    const record = recordOf({ ...item, versioncreated: '2036-01-01T00:00:00Z' });
    expect(record.versionCreated).toBe('2026-06-01T12:00:00.000Z');
    expect(record.x.parse.warnings).toEqual([expect.stringContaining('in the future')]);
  });
});
