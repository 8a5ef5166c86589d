/** One condition on a label: `stage!="record"`. */
export interface Matcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** The series of a metric that an expression asks for. */
export interface Selector {
  metric: string;
  matchers: Matcher[];
}

export interface Asked {
  selectors: Selector[];
  /** Labels by which is grouped or joined. */
  grouping: string[];
}

const TOKEN =
  /\s+|"((?:[^"\\]|\\.)*)"|\[[^\]]*\]|[a-zA-Z_:][a-zA-Z0-9_:]*|\d[0-9a-z.]*|=~|!~|!=|==|<=|>=|[-+*/%^(){},<>=@]/gy;
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan', 'start', 'end']);

/**
 * What a PromQL expression asks for. Whether it is one is promtool's to say.
 * @throws Error at a character that no expression has
 */
export function readPromql(expr: string): Asked {
  const tokens = tokensOf(expr);
  const asked: Asked = { selectors: [], grouping: [] };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    if (GROUPING.has(token)) {
      if (next !== '(') continue;
      for (at += 2; tokens[at] !== ')'; at += 1) if (tokens[at] !== ',') asked.grouping.push(tokens[at]!);
    } else if (/^[a-z_:]/i.test(token) && !WORDS.has(token)) {
      // A function, or an aggregation with its labels in front.
      if (next === '(' || next === 'by' || next === 'without') continue;
      const matchers: Matcher[] = [];
      if (next === '{') {
        at += 2;
        while (tokens[at] !== '}') {
          const [label, operator, value] = tokens.slice(at, at + 3) as [string, Matcher['operator'], string];
          matchers.push({ label, operator, value: JSON.parse(value) as string });
          at += tokens[at + 3] === ',' ? 4 : 3;
        }
      }
      asked.selectors.push({ metric: token, matchers });
    }
  }
  return asked;
}

function tokensOf(expr: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expr.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(expr);
    if (found === null) throw new Error(`not PromQL at ${at}: ${expr.slice(at, at + 30)}`);
    if (found[0].trim() !== '' && !found[0].startsWith('[')) tokens.push(found[0]);
  }
  return tokens;
}
