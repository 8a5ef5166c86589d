import type { AddressStep } from '@newsmill/fetcher';
import type { CanonicalVerdict, CharsetSource } from '@newsmill/web';

/** One connection: what the name resolved to, and what came of it. Times are milliseconds. */
export interface ConnectionStep {
  host: string;
  port: number;
  /** In the resolver's order; a literal address stands for itself. */
  addresses: string[];
  resolveMs: number;
  /** Absent when nothing was dialled: the policy refused an address, or there was none. */
  connected?: { to: string; tls: string | undefined; protocol: 'http/1.1' | 'h2'; ms: number };
}

/** One answer. */
export interface HopStep {
  url: string;
  status: number;
  /** Those that say what the answer is, how long it holds, and what may be done with it. */
  headers: Record<string, string>;
  firstByteMs: number;
}

/** What robots.txt says of an address. */
export interface RobotsStep {
  url: string;
  isAllowed: boolean;
  /** The rule, or why there is none. */
  why: string;
}

/** Why there is no page. */
export interface FetchFault {
  kind: string;
  explanation: string;
  url: string;
  /** The fetcher would try again. */
  isTransient: boolean;
}

/** Everything that happened on the way from an address to an article, in order. */
export interface FetchReport {
  asked: string;
  normalised?: {
    url: string;
    pageId: string;
    /** Query parameters that were taken off. */
    removed: string[];
    /** The address was that of an AMP cache or viewer. */
    isCacheUndone: boolean;
  };
  robots: RobotsStep[];
  connections: ConnectionStep[];
  hops: HopStep[];
  /** Where pages led by themselves: immediate refreshes, AMP and print forms. */
  steps: AddressStep[];
  page?: {
    url: string;
    status: number;
    mediaType: string | undefined;
    charset?: { name: string; source: CharsetSource; warnings: string[] };
    coding: string | undefined;
    /** Octets. */
    transferred: number;
    decoded: number;
    bodyMs: number;
  };
  canonical?: {
    declared: string | undefined;
    from: 'markup' | 'header' | undefined;
    verdict?: CanonicalVerdict;
    amp: string | undefined;
    isAmp: boolean;
  };
  article?:
    | {
        isArticle: true;
        id: string;
        /** The address that identifies it. */
        url: string;
        headline: string;
        published: string | undefined;
        language: string | undefined;
        words: number;
      }
    | { isArticle: false; reason: string };
  fault?: FetchFault;
  totalMs: number;
}

/** What a shell is told. */
export const EXIT = { article: 0, noAnswer: 1, wrongAddress: 2, noArticle: 3, notAllowed: 5 } as const;

export function exitCodeOf({ fault, robots, page, article }: FetchReport): number {
  if (robots.some(({ isAllowed }) => !isAllowed)) return EXIT.notAllowed;
  if (fault !== undefined) {
    if (fault.kind === 'bad-url') return EXIT.wrongAddress;
    return fault.kind === 'blocked-address' || fault.kind === 'port' ? EXIT.notAllowed : EXIT.noAnswer;
  }
  if (page !== undefined && (page.status < 200 || page.status >= 300)) return EXIT.noAnswer;
  return article?.isArticle === true ? EXIT.article : EXIT.noArticle;
}
