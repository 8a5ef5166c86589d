import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AdminKeys } from './admin-keys.js';

const [first, second] = ['first-key-of-the-operators', 'second-key-of-the-operators'];
const hashed = `sha256:${createHash('sha256').update(second).digest('hex')}`;

describe('admin keys', () => {
  it('are valid side by side, given as they are or as hash', () => {
    const keys = new AdminKeys([first, hashed]);
    expect([first, second, 'another', '', hashed].map((key) => keys.knows(key))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('may be absent', () => {
    expect(new AdminKeys([]).isEmpty).toBe(true);
    expect(AdminKeys.problems('NEWSMILL_ADMIN_KEY', [])).toEqual([]);
  });

  it('must be long enough, and are not shown', () => {
    const problems = AdminKeys.problems('NEWSMILL_ADMIN_KEY', [first, 'short-secret']);
    expect(problems).toEqual(['NEWSMILL_ADMIN_KEY: a key is under 16 characters']);
  });
});
