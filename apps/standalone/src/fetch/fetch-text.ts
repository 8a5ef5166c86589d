import { stripVTControlCharacters } from 'node:util';
import type { ConnectionStep, FetchReport } from './fetch-report.js';

/** The report as lines for a reader, in the order in which things happened. */
export function fetchText(report: FetchReport): string {
  const { normalised, robots, connections, hops, steps, page, canonical, article, fault, totalMs } = report;
  const lines: [string, string][] = [];
  const add = (name: string, text: string): void => {
    lines.push([name, text]);
  };
  add('asked', report.asked);
  if (normalised !== undefined) {
    add('address', normalised.url);
    if (normalised.isCacheUndone) add('', "an AMP cache's address: the publisher's own is taken");
    if (normalised.removed.length > 0) add('', `without tracking: ${normalised.removed.join(', ')}`);
    add('page id', normalised.pageId);
  }
  for (const { url, isAllowed, why } of robots)
    add('robots', `${isAllowed ? 'allowed' : 'forbidden'}: ${why} (${url})`);
  if (robots.length === 0) add('robots', 'not asked');
  for (const step of connections) {
    add('dns', `${step.host} → ${step.addresses.join(', ') || 'nothing'} (${ms(step.resolveMs)})`);
    add('policy', policyOf(step));
    if (step.connected !== undefined) {
      const { to, tls, protocol, ms: took } = step.connected;
      add('connection', `${to} port ${step.port}, ${tls ?? 'no TLS'}, ${protocol} (${ms(took)})`);
    }
  }
  for (const { url, status, headers, firstByteMs } of hops) {
    add(String(status), `${url} (${ms(firstByteMs)})`);
    for (const [name, value] of Object.entries(headers)) add('', `${name}: ${value}`);
  }
  for (const { from, to, by, objection } of steps) {
    const word = by === 'refresh' ? 'an immediate refresh' : `its ${by === 'amp' ? 'AMP' : 'print'} form's canonical`;
    add('leads on', `${from} → ${to}, ${word}${objection === undefined ? '' : `; not taken: ${objection}`}`);
  }
  if (page !== undefined) {
    add('page', `${page.url}, ${page.mediaType ?? 'unknown media type'}`);
    add('size', `${page.transferred} octets${codedAs(page)} (${ms(page.bodyMs)})`);
    if (page.charset !== undefined) {
      add('charset', `${page.charset.name}, by ${SOURCES[page.charset.source]}`);
      for (const warning of page.charset.warnings) add('', warning);
    }
  }
  if (canonical !== undefined) add('canonical', canonicalText(canonical));
  if (canonical?.amp !== undefined) add('AMP twin', canonical.amp);
  if (article?.isArticle === true) {
    add('article', article.headline);
    add('', `${article.words} words, ${article.language ?? 'language unknown'}, ${article.published ?? 'no date'}`);
    add('article id', `${article.id} by ${article.url}`);
  } else if (article !== undefined) add('no article', article.reason);
  if (fault !== undefined) {
    const again = fault.isTransient ? 'would be tried again' : 'would not be tried again';
    add('no answer', `${fault.kind}: ${fault.explanation} (${fault.url}); ${again}`);
  }
  add('total', ms(totalMs));
  // What servers say must not speak to the terminal.
  return lines.map(([name, text]) => `${name.padEnd(11)} ${shown(text)}\n`).join('');
}

const SOURCES = {
  bom: 'byte order mark',
  header: 'Content-Type header',
  meta: "the page's own declaration",
  detected: 'detection',
  default: 'default',
} as const;

function policyOf({ connected, addresses }: ConnectionStep): string {
  if (connected !== undefined) return 'every address may be reached';
  return addresses.length === 0 ? 'there is no address to judge' : 'nothing was reached: see below';
}

function codedAs({ coding, decoded, transferred }: NonNullable<FetchReport['page']>): string {
  if (coding === undefined) return '';
  const ratio = transferred > 0 ? `, 1:${(decoded / transferred).toFixed(1)}` : '';
  return ` as ${coding}, ${decoded} decoded${ratio}`;
}

function canonicalText({ declared, from, verdict, isAmp }: NonNullable<FetchReport['canonical']>): string {
  const amp = isAmp ? '; the page is AMP' : '';
  if (declared === undefined || verdict === undefined) return `none is declared${amp}`;
  const where = from === 'header' ? 'Link header' : 'markup';
  const doubt = verdict.believed ? 'believed' : `not believed: ${DOUBTS[verdict.doubt]}`;
  return `${declared} (${where}), ${doubt}${amp}`;
}

const DOUBTS = {
  'not-an-address': 'no web address',
  'front-page': 'a front page',
  'other-site': 'another site',
} as const;

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** Characters of one line: a header may be 32 KiB. */
const MAX_LINE = 500;

function shown(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what must go
  const plain = stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ');
  return plain.length > MAX_LINE ? `${plain.slice(0, MAX_LINE)}…` : plain;
}
