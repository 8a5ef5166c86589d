import { readDocument, sniffDocument, inspectDocument } from '@newsmill/record';
import { articleRecord } from '@newsmill/contracts';
import { readFileSync, readdirSync, statSync } from 'node:fs';
const walk = (d) => readdirSync(d).flatMap((f) => statSync(d+'/'+f).isDirectory() ? walk(d+'/'+f) : [d+'/'+f]);
for (const f of [...walk('/work/shared/data/ninjs/examples'), ...walk('/work/shared/data/ninjs/documentation')].filter(f=>/json$|xml$/.test(f))) {
  const content = readFileSync(f,'utf8');
  const mt = sniffDocument(content, undefined);
  const page = { receiptId:'r', publisher:'p', origin:{mode:'push',source:'p'}, pageId:'x', url:{original:'urn:x:y',final:'urn:x:y'}, mediaType: mt, content, fetchedAt:'2026-11-23T08:00:00.000Z'};
  console.log('==', f.split('/').slice(-1)[0], mt, JSON.stringify(inspectDocument(content, mt ?? 'text/html')));
  if(!mt) continue;
  const r = readDocument(page);
  if(!r.ok){console.log('  REJECT', r.reason); continue;}
  const p = articleRecord.safeParse(r.version.record);
  if(!p.success) console.log('  INVALID', JSON.stringify(p.error.issues).slice(0,500));
  if (process.argv[2] && f.includes(process.argv[2])) console.log(JSON.stringify(r.version.record,null,1));
  else console.log('  ', r.version.record.headlines[0]?.value, '|', r.version.record.x.url.canonical, '|', JSON.stringify(r.version.record.x.parse), r.version.record.bodies[0]?.value.length);
}
