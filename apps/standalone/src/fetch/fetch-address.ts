import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type EventOf, MAX_PAGE_BYTES, mainHeadline, type pageFetched, plainBody } from '@newsmill/contracts';
import type { PublisherRules } from '@newsmill/extraction';
import { settlePage } from '@newsmill/fetcher';
import {
  type Connect,
  createOutbound,
  dial,
  type FetchedResource,
  type FetchObserver,
  OutboundError,
  type OutboundOptions,
  type Resolve,
  resolveBySystem,
} from '@newsmill/outbound';
import { readDocument } from '@newsmill/record';
import {
  decodePage,
  InvalidUrl,
  judgeCanonical,
  mediaTypeOf,
  normalizeUrl,
  pageIdOf,
  type PageLinks,
  sniffMediaType,
} from '@newsmill/web';
import type { ConnectionStep, FetchReport, RobotsStep } from './fetch-report.js';

/** Asks robots.txt about an address, by the same client. */
export type RobotsCheck = (url: string) => Promise<RobotsStep>;

export interface FetchAddressOptions {
  outbound: OutboundOptions;
  publishers?: PublisherRules | undefined;
  /** Asked before each request, redirects included; absent: robots.txt is not looked at. */
  robots?: RobotsCheck;
  now: Date;
}

/** Response headers that are shown. */
const TELLING = [
  'location',
  'content-type',
  'content-encoding',
  'content-language',
  'content-length',
  'transfer-encoding',
  'date',
  'age',
  'cache-control',
  'expires',
  'etag',
  'last-modified',
  'vary',
  'link',
  'refresh',
  'retry-after',
  'x-robots-tag',
  'www-authenticate',
];

const HTML = new Set(['text/html', 'application/xhtml+xml']);

/**
 * Takes one address the way that the fetcher and the parser take it, guard and limits included, stores nothing, and tells
 * each step. Never throws for what the other side does.
 */
export async function fetchAddress(asked: string, options: FetchAddressOptions): Promise<FetchReport> {
  const began = performance.now();
  const report: FetchReport = { asked, robots: [], connections: [], hops: [], steps: [], totalMs: 0 };
  const outbound = createOutbound({ ...options.outbound, ...observedDialling(report.connections, options.outbound) });
  const body = { transferred: 0, decoded: 0, bodyMs: 0 };
  const observer: FetchObserver = {
    onHeaders: ({ url, status, headers, ms }) =>
      report.hops.push({ url, status, headers: telling(headers), firstByteMs: ms }),
    onBody: ({ received, decoded, ms }) => Object.assign(body, { transferred: received, decoded, bodyMs: ms }),
  };
  const beforeRequest = async ({ href }: URL): Promise<void> => {
    const rule = await options.robots?.(href);
    if (rule !== undefined) report.robots.push(rule);
    if (rule?.isAllowed === false) throw new RobotsForbid(rule.why);
  };
  const get = (url: string): Promise<FetchedResource> => outbound.fetchPage(url, { observer, beforeRequest });
  try {
    const url = normalise(report, asked);
    const first = await get(url);
    // What stands for the answer is measured; a page that is asked and not taken is not.
    const measured = new Map<FetchedResource['body'], typeof body>([[first.body, { ...body }]]);
    const settled = await settlePage(first, async (address) => {
      const found = await get(address);
      measured.set(found.body, { ...body });
      return found;
    });
    report.steps = settled.steps;
    describePage(report, settled.resource, settled.links, measured.get(settled.resource.body)!, options);
  } catch (error) {
    if (!isToldByReport(report, error)) throw error;
  } finally {
    report.totalMs = performance.now() - began;
    await outbound.close();
  }
  return report;
}

class RobotsForbid extends Error {}

function isToldByReport(report: FetchReport, error: unknown): boolean {
  if (error instanceof RobotsForbid) return true;
  if (error instanceof InvalidUrl) {
    report.fault = { kind: 'bad-url', explanation: error.message, url: error.url, isTransient: false };
    return true;
  }
  if (!(error instanceof OutboundError)) return false;
  const { kind, explanation, url, transient } = error;
  report.fault = { kind, explanation, url, isTransient: transient };
  return true;
}

function normalise(report: FetchReport, asked: string): string {
  const url = normalizeUrl(asked);
  const [given, kept] = [new URL(asked), new URL(url)];
  const isCacheUndone = given.hostname.replace(/\.$/, '') !== kept.hostname;
  const left = new Set([...kept.searchParams.keys()]);
  const removed = [...new Set(given.searchParams.keys())].filter((name) => !left.has(name));
  report.normalised = { url, pageId: pageIdOf({ url }), removed, isCacheUndone };
  return url;
}

/** The client's own resolving and dialling, looked at from outside: every address is judged between the two. */
function observedDialling(
  connections: ConnectionStep[],
  { resolve = resolveBySystem, connect = dial }: OutboundOptions,
): { resolve: Resolve; connect: Connect } {
  const waiting = new Map<string, ConnectionStep>();
  return {
    resolve: async (host) => {
      const began = performance.now();
      const step: ConnectionStep = { host, port: 0, addresses: [], resolveMs: 0 };
      connections.push(step);
      waiting.set(host, step);
      try {
        step.addresses = [...(await resolve(host))];
        return step.addresses;
      } finally {
        step.resolveMs = performance.now() - began;
      }
    },
    connect: async (target, signal) => {
      const { hostname: host, port, addresses } = target;
      const found = waiting.get(host);
      waiting.delete(host);
      const step = found ?? { host, port, addresses: addresses.map(({ address }) => address), resolveMs: 0 };
      if (found === undefined) connections.push(step);
      step.port = port;
      const began = performance.now();
      const socket = await connect(target, signal);
      const secure = target.secure ? (socket as TLSSocket) : undefined;
      step.connected = {
        to: socket.remoteAddress ?? (isIP(host) === 0 ? 'unknown' : host),
        tls: secure?.getProtocol() ?? undefined,
        protocol: secure?.alpnProtocol === 'h2' ? 'h2' : 'http/1.1',
        ms: performance.now() - began,
      };
      return socket;
    },
  };
}

function telling(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(TELLING.filter((name) => name in headers).map((name) => [name, headers[name]!]));
}

function describePage(
  report: FetchReport,
  resource: FetchedResource,
  links: PageLinks | undefined,
  sizes: { transferred: number; decoded: number; bodyMs: number },
  { publishers, now }: FetchAddressOptions,
): void {
  const { url, status, contentType, headers, body } = resource;
  const mediaType = mediaTypeOf(contentType) ?? sniffMediaType(body);
  const isHtml = mediaType !== undefined && HTML.has(mediaType);
  const decoded = isHtml && body.length > 0 ? decodePage(body, contentType) : undefined;
  report.page = {
    url,
    status,
    mediaType,
    ...(decoded && { charset: { name: decoded.charset, source: decoded.source, warnings: decoded.warnings } }),
    coding: headers['content-encoding'],
    ...sizes,
  };
  if (links !== undefined) {
    report.canonical = {
      declared: links.canonical,
      from: links.canonicalFrom,
      ...(links.canonical !== undefined && { verdict: judgeCanonical(url, links.canonical) }),
      amp: links.amp,
      isAmp: links.isAmp,
    };
  }
  if (status < 200 || status >= 300) return;
  if (decoded === undefined) {
    const reason = body.length === 0 ? 'the page is empty' : `not an HTML page: ${mediaType ?? 'unknown media type'}`;
    report.article = { isArticle: false, reason };
    return;
  }
  if (Buffer.byteLength(decoded.text) > MAX_PAGE_BYTES) {
    report.article = { isArticle: false, reason: `too large: at most ${MAX_PAGE_BYTES} bytes` };
    return;
  }
  const page: EventOf<typeof pageFetched> = {
    receiptId: 'none',
    origin: { mode: 'push', source: 'command' },
    pageId: pageIdOf({ url }),
    url: { original: report.asked, final: url },
    mediaType: 'text/html',
    content: decoded.text,
    charset: decoded.charset,
    status,
    canonical: links?.canonicalFrom === 'header' ? links.canonical : undefined,
    contentLanguage: headers['content-language'],
    fetchedAt: now.toISOString(),
  };
  const reading = readDocument(page, publishers);
  if (!reading.ok) {
    report.article = { isArticle: false, reason: reading.reason };
    return;
  }
  const { articleId, record } = reading.version;
  report.article = {
    isArticle: true,
    id: articleId,
    url: record.x.url.canonical,
    headline: mainHeadline(record),
    published: record.firstCreated,
    language: record.language,
    words: plainBody(record).match(/\S+/g)?.length ?? 0,
  };
}
