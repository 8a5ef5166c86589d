/** The part of Python's expressions that the cases' expectations use. Nothing of it is ever executed as code. */
export type Expression =
  | { kind: 'literal'; value: unknown }
  | { kind: 'name'; name: string }
  | { kind: 'item'; of: Expression; key: Expression }
  | { kind: 'call'; name: string; of?: Expression; arguments: Expression[] }
  | { kind: 'not'; operand: Expression }
  | { kind: 'both' | 'either'; operands: Expression[] }
  | { kind: 'chain'; operands: Expression[]; operators: string[] }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'dictionary'; entries: [Expression, Expression][] };

/** Thrown for an expectation that is no such expression. */
export class UnreadableExpression extends Error {
  override readonly name = 'UnreadableExpression';
}

const TOKEN =
  /\s*(?:([ur]?(?:"""[^]*?"""|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"))|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(==|!=|<=|>=|[-+()[\]{}.,:<>]))/y;

interface Token {
  kind: 'text' | 'number' | 'word' | 'sign';
  text: string;
}

export function readExpression(source: string): Expression {
  return new Reader(tokensOf(source)).all();
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; source.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) throw new UnreadableExpression(`not an expression from "${source.slice(at, at + 30)}"`);
    const [, text, number, word, sign = ''] = match;
    if (text !== undefined) tokens.push({ kind: 'text', text });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  all(): Expression {
    const expression = this.either();
    if (this.at < this.tokens.length) throw new UnreadableExpression(`unexpected "${this.tokens[this.at]?.text}"`);
    return expression;
  }

  private either(): Expression {
    return this.joined('or', 'either', () => this.joined('and', 'both', () => this.negation()));
  }

  private joined(word: string, kind: 'both' | 'either', operand: () => Expression): Expression {
    const operands = [operand()];
    while (this.take(word)) operands.push(operand());
    return operands.length === 1 ? operands[0]! : { kind, operands };
  }

  private negation(): Expression {
    return this.take('not') ? { kind: 'not', operand: this.negation() } : this.chain();
  }

  private chain(): Expression {
    const operands = [this.sum()];
    const operators: string[] = [];
    for (;;) {
      const operator = ['==', '!=', '<', '>', '<=', '>=', 'in', 'is'].find((sign) => this.take(sign));
      if (operator !== undefined) operators.push(operator);
      else if (this.peek('not') && this.tokens[this.at + 1]?.text === 'in') {
        this.at += 2;
        operators.push('not in');
      } else break;
      operands.push(this.sum());
    }
    return operators.length === 0 ? operands[0]! : { kind: 'chain', operands, operators };
  }

  private sum(): Expression {
    const items = [this.postfix()];
    // Adjacent literals are one literal in Python, as those joined by + are.
    while (this.take('+') || this.tokens[this.at]?.kind === 'text') items.push(this.postfix());
    if (items.length === 1) return items[0]!;
    return {
      kind: 'literal',
      value: items.map((item) => (item.kind === 'literal' ? String(item.value) : '')).join(''),
    };
  }

  private postfix(): Expression {
    let expression = this.atom();
    for (;;) {
      if (this.take('.')) {
        const name = this.word();
        expression = this.take('(')
          ? { kind: 'call', name, of: expression, arguments: this.list(')') }
          : { kind: 'item', of: expression, key: { kind: 'literal', value: name } };
      } else if (this.take('[')) {
        expression = { kind: 'item', of: expression, key: this.either() };
        this.demand(']');
      } else if (expression.kind === 'name' && this.take('(')) {
        expression = { kind: 'call', name: expression.name, arguments: this.list(')') };
      } else return expression;
    }
  }

  private atom(): Expression {
    if (this.take('(')) {
      const items = this.list(')');
      return items.length === 1 ? items[0]! : { kind: 'list', items };
    }
    if (this.take('[')) return { kind: 'list', items: this.list(']') };
    if (this.take('{')) return { kind: 'dictionary', entries: this.dictionary() };
    const token = this.tokens[this.at];
    if (token === undefined || token.kind === 'sign') throw new UnreadableExpression(`unexpected "${token?.text}"`);
    this.at += 1;
    if (token.kind === 'text') return { kind: 'literal', value: textOf(token.text) };
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
    const constants: Record<string, unknown> = { None: undefined, True: true, False: false };
    return Object.hasOwn(constants, token.text)
      ? { kind: 'literal', value: constants[token.text] }
      : { kind: 'name', name: token.text };
  }

  private list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.take(end)) {
      items.push(this.either());
      if (this.take('=')) items.push(this.either());
      if (!this.take(',') && !this.peek(end)) throw new UnreadableExpression(`no "${end}"`);
    }
    return items;
  }

  private dictionary(): [Expression, Expression][] {
    const entries: [Expression, Expression][] = [];
    while (!this.take('}')) {
      const key = this.either();
      this.demand(':');
      entries.push([key, this.either()]);
      if (!this.take(',') && !this.peek('}')) throw new UnreadableExpression('no "}"');
    }
    return entries;
  }

  private word(): string {
    const token = this.tokens[this.at++];
    if (token?.kind !== 'word') throw new UnreadableExpression('no name after the dot');
    return token.text;
  }

  private peek(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.text === text && token.kind !== 'text';
  }

  private take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at += 1;
    return true;
  }

  private demand(text: string): void {
    if (!this.take(text)) throw new UnreadableExpression(`no "${text}"`);
  }
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

function textOf(literal: string): string {
  const raw = literal.replace(/^[ur]/, '');
  const width = raw.startsWith('"""') ? 3 : 1;
  const body = raw.slice(width, -width);
  if (literal.startsWith('r')) return body;
  return body.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([^]))/gi, (_, x, u, long, other: string) => {
    const code = (x ?? u ?? long) as string | undefined;
    return code === undefined ? (ESCAPED[other] ?? other) : String.fromCodePoint(Number.parseInt(code, 16));
  });
}
