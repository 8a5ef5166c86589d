import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publisherProblems, readPublisherRules } from './publishers-folder.js';

describe('a folder of publisher rules', () => {
  let folder: string;
  const write = (file: string, data: unknown): void =>
    writeFileSync(join(folder, file), typeof data === 'string' ? data : JSON.stringify(data));
  const own = { name: 'Own', hosts: ['thehill.com'], drop: '.promo', note: 'a test' };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'newsmill-publishers-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('adds to the built-in rules and goes before them', () => {
    write('hill.json', own);
    write('courier.json', { ...own, name: 'Courier', hosts: ['courier.example'] });
    write('notes.txt', 'no rules');
    const rules = readPublisherRules(folder);
    const found = ['thehill.com', 'courier.example', 'phys.org', 'other.example'].map(
      (host) => rules.find(`https://www.${host}/a`)?.name,
    );
    expect(found).toEqual(['Own', 'Courier', 'Phys.org', undefined]);
  });

  it('is the built-in rules alone when none is named', () => {
    expect(readPublisherRules(undefined).find('https://thehill.com/a')?.name).toBe('The Hill');
  });

  it('tells every problem of every file', () => {
    write('a.json', '{broken');
    write('b.json', { ...own, drop: 'p:has(a)', color: 1 });
    const problems = publisherProblems(folder);
    expect(problems).toHaveLength(3);
    expect(problems.map((problem) => problem.split(': ').slice(0, 3).join(': '))).toEqual([
      'NEWSMILL_PUBLISHERS_DIR: a.json: file',
      'NEWSMILL_PUBLISHERS_DIR: b.json: drop.0',
      'NEWSMILL_PUBLISHERS_DIR: b.json: color',
    ]);
  });

  it('tells of two files for one host, and of a folder that is not there', () => {
    write('a.json', own);
    write('b.json', { ...own, name: 'Other' });
    expect(publisherProblems(folder)).toEqual([expect.stringMatching(/"thehill.com" is claimed by "Own" and "Other"/)]);
    expect(publisherProblems(join(folder, 'gone'))).toEqual([expect.stringMatching(/gone: cannot be read \(ENOENT\)/)]);
  });
});
