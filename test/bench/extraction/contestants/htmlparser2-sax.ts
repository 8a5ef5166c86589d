import { Parser } from 'htmlparser2';
import type { Contestant } from '../contestant.ts';

/** Floor: reads all tags and texts and keeps nothing. */
export const htmlparser2Sax: Contestant<number> = {
  extract({ html }) {
    let seen = 0;
    const parser = new Parser({
      onopentag(name) {
        seen += name.length;
      },
      ontext(text) {
        seen += text.length;
      },
      onclosetag(name) {
        seen += name.length;
      },
    });
    parser.end(html);
    return seen;
  },
};
