import { AttributeAction, parse, SelectorType, type AttributeSelector, type Selector as Token } from 'css-what';
import { TEXT, type HtmlTree } from '../html-tree.js';

/** Compounds (parts between combinators) of one selector, all its alternatives together: one bit of a word each. */
const MAX_COMPOUNDS = 31;

/** A CSS selector, compiled once and matched against any page in time proportional to the page. */
export interface Selector {
  readonly source: string;
  /** The elements that match, in document order. */
  select(tree: HtmlTree): number[];
  /** The attributes that the selector asks for. */
  readonly attributes: readonly string[];
}

/** An element and its number among its parent's elements, from 1. */
type Test = (tree: HtmlTree, node: number, position: number) => boolean;

type Combinator = 'first' | 'descendant' | 'child' | 'adjacent' | 'sibling';

interface Compound {
  tests: Test[];
  /** How the element stands to that of the compound before. */
  combinator: Combinator;
  last: boolean;
}

/**
 * Compiles types, classes, ids, attributes, `:first-child`, `:last-child`, `:nth-child()`, `:not()`, `:is()` of simple
 * selectors, the four combinators and lists. What would cost more than one look at each element (`:has()`) is refused.
 * @throws Error that says what is wrong with the selector
 */
export function compileSelector(source: string): Selector {
  const alternatives = parse(source);
  const attributes = new Set<string>();
  const compounds = alternatives.flatMap((tokens) => compoundsOf(tokens, attributes));
  if (compounds.length > MAX_COMPOUNDS) throw new Error(`has more than ${MAX_COMPOUNDS} parts`);
  return { source, attributes: [...attributes], select: (tree) => select(tree, compounds) };
}

const COMBINATORS = new Map<SelectorType, Combinator>([
  [SelectorType.Descendant, 'descendant'],
  [SelectorType.Child, 'child'],
  [SelectorType.Adjacent, 'adjacent'],
  [SelectorType.Sibling, 'sibling'],
]);

function compoundsOf(tokens: readonly Token[], attributes: Set<string>): Compound[] {
  const compounds: Compound[] = [{ tests: [], combinator: 'first', last: false }];
  for (const token of tokens) {
    const combinator = COMBINATORS.get(token.type);
    if (combinator) compounds.push({ tests: [], combinator, last: false });
    else compounds[compounds.length - 1]!.tests.push(testOf(token, attributes));
  }
  compounds[compounds.length - 1]!.last = true;
  if (compounds.some(({ tests }) => tests.length === 0)) throw new Error('a combinator stands without an element');
  return compounds;
}

function testOf(token: Token, attributes: Set<string>): Test {
  switch (token.type) {
    case SelectorType.Universal:
      return () => true;
    case SelectorType.Tag: {
      const name = token.name.toLowerCase();
      return (tree, node) => tree.name(node) === name;
    }
    case SelectorType.Attribute:
      attributes.add(token.name.toLowerCase());
      return attributeTest(token);
    case SelectorType.Pseudo:
      return pseudoTest(token.name, token.data, attributes);
    default:
      throw new Error(`"${token.type}" is not supported`);
  }
}

function attributeTest({ name, action, value, ignoreCase }: AttributeSelector): Test {
  const key = name.toLowerCase();
  const fold = (text: string): string => (ignoreCase === true ? text.toLowerCase() : text);
  const wanted = fold(value);
  const fits = valueTest(action, wanted);
  return (tree, node) => {
    const found = tree.attribute(node, key);
    return found === undefined ? action === AttributeAction.Not : fits(fold(found));
  };
}

function valueTest(action: AttributeAction, wanted: string): (found: string) => boolean {
  switch (action) {
    case AttributeAction.Exists:
      return () => true;
    case AttributeAction.Equals:
      return (found) => found === wanted;
    case AttributeAction.Not:
      return (found) => found !== wanted;
    case AttributeAction.Element:
      return (found) => wanted !== '' && ` ${found.replace(/\s/g, ' ')} `.includes(` ${wanted} `);
    case AttributeAction.Start:
      return (found) => wanted !== '' && found.startsWith(wanted);
    case AttributeAction.End:
      return (found) => wanted !== '' && found.endsWith(wanted);
    case AttributeAction.Any:
      return (found) => wanted !== '' && found.includes(wanted);
    case AttributeAction.Hyphen:
      return (found) => found === wanted || found.startsWith(`${wanted}-`);
  }
}

function pseudoTest(name: string, data: Token[][] | string | null, attributes: Set<string>): Test {
  if (name === 'first-child') return (_tree, _node, position) => position === 1;
  if (name === 'last-child') return isLastChild;
  if (name === 'nth-child' && typeof data === 'string') return nthChild(data);
  if ((name === 'not' || name === 'is') && Array.isArray(data)) {
    const options = data.map((tokens) => tokens.map((token) => testOf(token, attributes)));
    const matches: Test = (...element) => options.some((tests) => tests.every((test) => test(...element)));
    return name === 'is' ? matches : (...element) => !matches(...element);
  }
  throw new Error(`":${name}" is not supported`);
}

function isLastChild(tree: HtmlTree, node: number): boolean {
  const end = tree.end(tree.parent(node));
  let next = tree.end(node);
  while (next < end && tree.name(next) === TEXT) next++;
  return next >= end;
}

/** `odd`, `even` or `an+b`, without spaces (Selectors 4, An+B). */
const NTH = /^(?:(odd|even)|(?:([+-]?\d*)n)?([+-]?\d+)?)$/i;

function nthChild(formula: string): Test {
  const bare = formula.replace(/\s/g, '');
  const read = NTH.exec(bare);
  if (!read || bare === '') throw new Error(`":nth-child(${formula})" is not a formula`);
  const [, word, factor, constant] = read;
  const step = word ? 2 : factor === undefined ? 0 : /\d/.test(factor) ? Number(factor) : Number(`${factor}1`);
  const start = word ? (word.toLowerCase() === 'odd' ? 1 : 0) : Number(constant ?? '0');
  return (_tree, _node, position) => {
    const distance = position - start;
    return step === 0 ? distance === 0 : distance % step === 0 && distance / step >= 0;
  };
}

/**
 * One walk in document order. Bit `i` of an element's word tells that the selector is matched up to compound `i`
 * there; ancestors and earlier siblings have theirs by then.
 */
function select(tree: HtmlTree, compounds: readonly Compound[]): number[] {
  const found: number[] = [];
  const matched = new Uint32Array(tree.size);
  const inside = new Uint32Array(tree.size);
  // Per parent, of the elements seen so far: the union of their words, the word of the last one, and their number.
  const earlier = new Uint32Array(tree.size);
  const previous = new Uint32Array(tree.size);
  const positions = new Uint32Array(tree.size);
  for (let node = 1; node < tree.size; node++) {
    if (tree.name(node) === TEXT) continue;
    const parent = tree.parent(node);
    const position = ++positions[parent]!;
    const contexts: Record<Combinator, number> = {
      first: 0xffffffff,
      descendant: inside[parent]!,
      child: matched[parent]!,
      adjacent: previous[parent]!,
      sibling: earlier[parent]!,
    };
    let word = 0;
    let selected = false;
    for (let i = 0; i < compounds.length; i++) {
      const { tests, combinator, last } = compounds[i]!;
      if (combinator !== 'first' && (contexts[combinator] & (1 << (i - 1))) === 0) continue;
      if (!tests.every((test) => test(tree, node, position))) continue;
      word |= 1 << i;
      selected ||= last;
    }
    if (selected) found.push(node);
    matched[node] = word;
    inside[node] = inside[parent]! | word;
    earlier[parent] = earlier[parent]! | word;
    previous[parent] = word;
  }
  return found;
}
