/*
 * What the bench uses of its peers. Their own declarations are absent or need the types of a browser. A document is
 * only handed from one to the other.
 */

declare module 'linkedom' {
  export function parseHTML(html: string): { document: object };
}

declare module 'jsdom' {
  /** As long as nothing is forwarded, what goes wrong within a page is not told. */
  export class VirtualConsole {
    /** Writes to a console what goes wrong. */
    forwardTo(console: object): void;
  }
  export class JSDOM {
    constructor(html: string, options: { url: string; virtualConsole: VirtualConsole });
    readonly window: { readonly document: object; close(): void };
  }
}

declare module '@mozilla/readability' {
  export interface ReadableArticle {
    title?: string | null;
    /** HTML. */
    content?: string | null;
    byline?: string | null;
    lang?: string | null;
    publishedTime?: string | null;
  }
  export class Readability {
    constructor(document: object);
    parse(): ReadableArticle | null;
  }
}

declare module 'defuddle/node' {
  export interface DefuddleResponse {
    /** HTML. */
    content: string;
    title: string;
    author: string;
    published: string;
    language: string;
  }
  export function Defuddle(document: object, url: string, options: { useAsync: boolean }): Promise<DefuddleResponse>;
}

declare module '@postlight/parser' {
  export interface ParsedArticle {
    error?: boolean;
    message?: string;
    title?: string | null;
    /** HTML. */
    content?: string | null;
    author?: string | null;
    date_published?: string | null;
  }
  const parser: { parse(url: string, options: { html: string; fetchAllPages: boolean }): Promise<ParsedArticle> };
  export default parser;
}

declare module '@extractus/article-extractor' {
  export interface ArticleData {
    title?: string;
    /** HTML. */
    content?: string;
    author?: string;
    published?: string;
  }
  export function extractFromHtml(html: string, url: string): Promise<ArticleData | null>;
}
