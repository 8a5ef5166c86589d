import { Readability, type ReadableArticle } from '@mozilla/readability';
import { JSDOM, VirtualConsole } from 'jsdom';
import type { Contestant } from '../contestant.ts';
import { foundByReadability } from '../readability-result.ts';

/** Neither scripts nor resources are loaded: jsdom's defaults. */
export const readabilityJsdom: Contestant<ReadableArticle | null> = {
  extract({ html, url }) {
    const { window } = new JSDOM(html, { url, virtualConsole: new VirtualConsole() });
    try {
      return new Readability(window.document).parse();
    } finally {
      window.close();
    }
  },
  found: foundByReadability,
};
