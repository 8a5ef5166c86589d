import { parts } from './migration-statements.ts';

/**
 * What statements take away from services that know only the schema of before, statement by statement in their order.
 * Tables that the statements make themselves are nobody's yet: anything may be done with them.
 *
 * A service of before reads and writes the columns that it knows, and lets the database fill the others. So it bears
 * new tables, new indexes, and new columns that may be null or have a default; it bears nothing that is gone, renamed,
 * of another type, or stricter.
 */
export function contractions(statements: readonly string[]): string[] {
  const made = new Set<string>();
  const added = new Set<string>();
  const found: string[] = [];
  for (const statement of statements) {
    const [, table] = /^create (?:unlogged )?table (?:if not exists )?(\w+)/.exec(statement) ?? [];
    if (table !== undefined) made.add(table);
    else found.push(...ofStatement(statement, made, added).map((why) => `${why}: ${statement.slice(0, 120)}`));
  }
  return found;
}

function ofStatement(statement: string, made: ReadonlySet<string>, added: Set<string>): string[] {
  const [, altered, clauses] = /^alter table (?:if exists )?(?:only )?(\w+) (.*)$/.exec(statement) ?? [];
  if (altered !== undefined) {
    return made.has(altered) ? [] : parts(clauses!).flatMap((clause) => ofClause(clause, altered, added));
  }
  const [, indexed] = /^create unique index .*? on (?:only )?(\w+)/.exec(statement) ?? [];
  if (indexed !== undefined && !made.has(indexed)) return ['what was allowed twice is allowed once'];
  const [, updated, assigned] = /^update (?:only )?(\w+)(?: (?:as )?\w+)? set (.*)$/.exec(statement) ?? [];
  if (updated !== undefined) {
    const columns = parts(assigned!).flatMap((part) => /^(\w+) =/.exec(part)?.[1] ?? []);
    const known = columns.filter((column) => !added.has(`${updated}.${column}`));
    return made.has(updated) || known.length === 0
      ? []
      : [`changes what services of before keep in ${known.join(', ')}`];
  }
  const [, emptied] = /^(?:delete from|truncate(?: table)?) (?:only )?(\w+)/.exec(statement) ?? [];
  if (emptied !== undefined) return made.has(emptied) ? [] : ['takes rows away'];
  if (/^drop\b/.test(statement)) return ['takes something away'];
  if (/^alter\b.*\brename\b/.test(statement)) return ['renames'];
  return [];
}

function ofClause(clause: string, table: string, added: Set<string>): string[] {
  if (/^drop\b/.test(clause) || /^alter .*\bdrop\b/.test(clause)) return ['takes something away'];
  if (/^rename\b/.test(clause)) return ['renames'];
  if (/^alter .*\btype\b/.test(clause)) return ['changes a type'];
  if (/^alter .*\bset not null\b/.test(clause)) return ['refuses null, which services of before may write'];
  const [, referring] = /^add (?:constraint \w+ )?foreign key \(([^()]+)\)/.exec(clause) ?? [];
  if (referring !== undefined && parts(referring).every((column) => added.has(`${table}.${column}`))) return [];
  if (/^add (?:constraint\b|primary key\b|unique\b|check\b|foreign key\b|exclude\b)/.test(clause)) {
    return ['adds a constraint, which services of before may break'];
  }
  const [, column, definition] = /^add (?:column )?(?:if not exists )?(\w+) (.*)$/.exec(clause) ?? [];
  if (column === undefined) return [];
  added.add(`${table}.${column}`);
  const isFilled = /\b(?:default|generated|(?:big|small)?serial)\b/.test(definition!);
  return /\bnot null\b/.test(definition!) && !isFilled ? ['adds a column that services of before do not fill'] : [];
}
