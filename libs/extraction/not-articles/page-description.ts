import type { RejectReason } from '../src/article.js';
import type { CardStyle } from './site-template.ts';
import type { SiteName } from './site-templates.ts';

/** A page as it is described for the set; `buildPage` makes its HTML. */
export interface PageDescription {
  name: string;
  /** What it is, e.g. `section` or `brief`: figures are told by it. */
  kind: string;
  /** What rejecting it should say; absent for an article. Any of several is right where a page is two things. */
  reasons?: readonly RejectReason[];
  tongue: string;
  site: SiteName;
  /** Path and query. */
  path: string;
  /** Content of `<title>` before the site's name; the site's name alone when empty. */
  title: string;
  /** The h1; the title when absent; none when null. */
  headline?: string | null;
  ogType?: string;
  /** More `<meta>` by name or property. */
  meta?: Readonly<Record<string, string>>;
  /** JSON-LD nodes; `URL` in a string stands for the page's address. */
  jsonLd?: readonly object[];
  /** Anything else in the head, as HTML. */
  head?: string;
  /** Paragraphs of the content. */
  text?: readonly string[];
  /** Entries of a list after the paragraphs. */
  list?: { count: number; from?: number; style?: CardStyle };
  /** Headings between groups of entries, as on a home page. */
  groups?: number;
  /** Content after paragraphs and list, as HTML. */
  html?: string;
  headerLogin?: boolean;
  /** Entries of the list of popular stories; 5 when absent. */
  popular?: number;
  /** The whole document, where no site's frame stands around it. */
  document?: string;
}
