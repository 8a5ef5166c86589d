import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { planted } from './architecture/planted.js';
import { readRepository } from './architecture/read-workspace.js';
import { tell } from './architecture/rule.js';
import { type RuleName, rules } from './architecture/rules.js';
import { workspaceOf } from './architecture/workspace.js';

const names = Object.keys(rules) as RuleName[];

describe('the structure of newsmill', () => {
  const workspace = workspaceOf(readRepository(join(import.meta.dirname, '..')));

  it('is read whole', () => {
    expect(workspace.root?.name).toBe('newsmill');
    expect(workspace.projects.size).toBeGreaterThanOrEqual(15);
    expect(workspace.modules.size).toBeGreaterThan(200);
  });

  it.each(names)('keeps the rule %s', (name) => {
    expect(rules[name](workspace).map(tell)).toEqual([]);
  });
});

describe('each rule can fail', () => {
  it.each(names)('%s is planted as a breach and as a look-alike', (name) => {
    const cases = planted.filter(({ rule }) => rule === name);
    expect(cases.map(({ found }) => found.length > 0)).toEqual(expect.arrayContaining([true, false]));
  });

  it.each(planted)('$rule: $what', ({ rule, files, found }) => {
    const violations = rules[rule](workspaceOf(files));
    expect(violations.map(({ path, line }) => `${path}:${line}`).sort()).toEqual([...found].sort());
    for (const { message } of violations) expect(message).not.toBe('');
  });
});
