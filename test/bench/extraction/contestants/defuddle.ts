import { Defuddle, type DefuddleResponse } from 'defuddle/node';
import { parseHTML } from 'linkedom';
import type { Contestant } from '../contestant.ts';
import { htmlToText } from '../html-to-text.ts';

/** The Node entry on a linkedom document, as its documentation shows first; without the services that it may ask. */
export const defuddle: Contestant<DefuddleResponse> = {
  extract: ({ html, url }) => Defuddle(parseHTML(html).document, url, { useAsync: false }),
  found: ({ content, title, author, published, language }) => ({
    articleBody: htmlToText(content),
    title,
    authors: author,
    datePublished: published,
    language,
  }),
};
