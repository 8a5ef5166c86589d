import { Parser } from 'htmlparser2';

/** Elements within a line: their edges do not part words. */
const INLINE = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span ' +
    'strike strong sub sup time tt u var wbr'
  ).split(' '),
);
const UNSEEN = new Set(['script', 'style', 'template', 'noscript']);

/** Plain text of an extractor's HTML, with a line break at the edges of blocks, so that no words are glued together. */
export function htmlToText(html: string): string {
  let text = '';
  let hidden = 0;
  const parser = new Parser({
    onopentag(name) {
      if (UNSEEN.has(name)) hidden += 1;
      if (!INLINE.has(name)) text += '\n';
    },
    ontext(part) {
      if (hidden === 0) text += part;
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) hidden -= 1;
      if (!INLINE.has(name)) text += '\n';
    },
  });
  parser.end(html);
  return text.replaceAll(/[ \t]*\n\s*/g, '\n').trim();
}
