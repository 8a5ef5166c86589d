import { readDocument, sniffDocument, inspectDocument } from '@newsmill/record';
const many = (count, entry) => Array.from({ length: count }, () => entry).join('');
const N='application/vnd.iptc.ninjs+json',G='application/vnd.iptc.g2.newsitem+xml',T='text/vnd.iptc.nitf',M='text/vnd.iptc.newsml';
const s = Number(process.argv[2] ?? 0.05);
const n = (x)=>Math.round(x*s);
const cases = [
 ['subjects', N, `{"uri":"x","headline":"H","subject":[${many(n(200000), '{"name":"a"},')}{"name":"b"}]}`],
 ['deep', N, `{"uri":"x","headline":"H","extra":${'['.repeat(n(500000))}${']'.repeat(n(500000))}}`],
 ['names', N, `{"uri":"x","headline":"H"${Array.from({ length: n(100000) }, (_, i) => `,"headline_${i}":"h ${i}"`).join('')}}`],
 ['assoc', N, `{"uri":"x","headline":"H","associations":{${Array.from({ length: n(50000) }, (_, i) => `"a${i}":{"uri":"urn:x:${i}"}`).join(',')}}}`],
 ['g2subj', G, `<newsItem guid="x"><contentMeta><headline>H</headline>${many(n(90000), '<subject literal="a"/>')}</contentMeta></newsItem>`],
 ['g2assert', G, `<newsItem guid="x"><contentMeta><headline>H</headline></contentMeta>${Array.from({ length: n(90000) }, (_, i) => `<assert literal="a${i}"/>`).join('')}</newsItem>`],
 ['nitfp', T, `<nitf><head><docdata><doc-id id-string="x"/></docdata></head><body><body.content>${many(n(90000), '<p>Words.</p>')}</body.content></body></nitf>`],
 ['nitfpic', T, `<nitf><head><docdata><doc-id id-string="x"/></docdata></head><body><body.head><hedline><hl1>H</hl1></hedline></body.head><body.content>${many(n(45000), '<media><media-reference source="https://a.example/x.jpg"/></media>')}</body.content></body></nitf>`],
 ['n1comp', M, `<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>p</ProviderId><NewsItemId>1</NewsItemId></NewsIdentifier></Identification>${many(n(30000), '<NewsComponent><NewsLines><HeadLine>H</HeadLine></NewsLines></NewsComponent>')}</NewsItem></NewsML>`],
 ['n1nest', M, `<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>p</ProviderId><NewsItemId>1</NewsItemId></NewsIdentifier></Identification>${many(n(500), `${'<NewsComponent>'.repeat(180)}<NewsLines><HeadLine>H</HeadLine></NewsLines>${'</NewsComponent>'.repeat(180)}`)}</NewsItem></NewsML>`],
];
for (const [name, mediaType, content] of cases) {
  if (process.argv[3] && process.argv[3]!==name) continue;
  const t = performance.now();
  const r = readDocument({ receiptId:'r', publisher:'p', origin:{mode:'push',source:'p'}, pageId:'x', url:{original:'urn:x:y',final:'urn:x:y'}, mediaType, content, fetchedAt:'2026-11-23T08:00:00.000Z'});
  console.log(name, content.length, Math.round(performance.now()-t), 'ms', r.ok, r.ok ? r.version.record.x.parse.warnings.length : r.reason.slice(0,100));
}
