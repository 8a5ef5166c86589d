const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Elements that never have content, so that their tag is the whole element. */
export const VOID = setOf(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr',
);

/** Elements whose content is text up to their end tag, in which no character reference is read. */
export const UNDECODED = setOf('iframe noembed noframes plaintext script style xmp');

/** Elements whose content is HTML also inside SVG and MathML. */
export const INTEGRATION = setOf('mi mo mn ms mtext annotation-xml desc title');

const FORM_PARTS = setOf('input option optgroup select button datalist textarea');
const PARAGRAPH = setOf('p');
const HEADINGS = setOf('h1 h2 h3 h4 h5 h6 p');

/** What a start tag closes, when it is the innermost open element: publishers leave these end tags out. */
export const CLOSED_BY: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...[...setOf('select input output button datalist textarea')].map((name) => [name, FORM_PARTS] as const),
  ...[...setOf('h1 h2 h3 h4 h5 h6')].map((name) => [name, HEADINGS] as const),
  ...[
    ...setOf(
      'p address article aside blockquote details div dl fieldset figcaption figure footer form header hr main nav ol ' +
        'pre section table ul',
    ),
  ].map((name) => [name, PARAGRAPH] as const),
  ['tr', setOf('tr th td')],
  ['th', setOf('th')],
  ['td', setOf('thead th td')],
  ['body', setOf('head link script')],
  ['a', setOf('a')],
  ['li', setOf('li')],
  ['option', setOf('option')],
  ['optgroup', setOf('optgroup option')],
  ['dd', setOf('dd dt')],
  ['dt', setOf('dd dt')],
  ['rt', setOf('rt rp')],
  ['rp', setOf('rt rp')],
  ['tbody', setOf('thead tbody')],
  ['tfoot', setOf('thead tbody')],
]);

/** Further elements that pages are made of. */
const OTHERS =
  'html head body div span p a b i em strong small sub sup u s mark q cite code abbr time label img picture video audio ' +
  'canvas object ul ol li dl table caption thead tbody tfoot tr td th colgroup form fieldset legend optgroup option main ' +
  'nav section article aside header footer address details summary dialog menu template noscript slot svg path g use rect ' +
  'circle polygon defs math font center ins del amp-img figure figcaption h1 h2 h3 h4 h5 h6 pre blockquote';

/** Known names by themselves: one object per name, so that comparing two names is comparing two addresses. */
const NAMES: ReadonlyMap<string, string> = new Map(
  [...VOID, ...UNDECODED, ...INTEGRATION, ...CLOSED_BY.keys(), ...setOf(OTHERS)].map((name) => {
    const [key = ''] = Object.keys({ [name]: 0 });
    return [key, key];
  }),
);

/** The lower-case name of a tag that is spelt so. */
export function tagNameOf(spelling: string): string {
  const name = spelling.toLowerCase();
  return NAMES.get(name) ?? name;
}
