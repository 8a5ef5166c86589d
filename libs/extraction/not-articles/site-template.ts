import type { Tongue } from './tongues.data.ts';

/** A headline with its teaser as it stands in a list. */
export interface Teaser {
  headline: string;
  text: string;
  date: string;
  href: string;
}

/** What a list shows of each entry. */
export interface CardStyle {
  teaser?: boolean;
  date?: boolean;
  more?: boolean;
  image?: boolean;
}

/** What stands in the head and around the content. */
export interface Frame {
  tongue: Tongue;
  documentTitle: string;
  /** Metadata and scripts, as HTML. */
  head: string;
  /** Content, as HTML. */
  main: string;
  popular: readonly Teaser[];
  /** A login form in the page's header. */
  headerLogin: boolean;
}

/** The markup of one made-up publishing system. */
export interface SiteTemplate {
  page(frame: Frame): string;
  /** The element that holds a page's content, with its headline. */
  content(headline: string | undefined, inner: string): string;
  paragraphs(texts: readonly string[]): string;
  cards(teasers: readonly Teaser[], style: CardStyle, tongue: Tongue): string;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Joins what `make` writes for every value. */
export function each<T>(values: readonly T[], make: (value: T, index: number) => string): string {
  return values.map(make).join('\n');
}

/** Opens the document: doctype, language and head. */
export function openDocument({ tongue, documentTitle, head }: Frame): string {
  const direction = tongue.right ? ' dir="rtl"' : '';
  return `<!DOCTYPE html>\n<html lang="${tongue.code}"${direction}><head><meta charset="utf-8"><title>${escapeHtml(documentTitle)}</title>\n<meta name="viewport" content="width=device-width">\n${head}\n</head>`;
}

/** A path of the site's own address style for a link's text. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
