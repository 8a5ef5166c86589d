import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineSettings, flag, list, loadSettings, SettingsError, wholeNumber } from './settings.js';

const settings = defineSettings({
  port: { env: 'X_PORT', schema: wholeNumber(0, 65_535), default: '8080', doc: 'Port.' },
  hosts: { env: 'X_HOSTS', schema: list, default: '', doc: 'Hosts.' },
  on: { env: 'X_ON', schema: flag, default: 'true', doc: 'On.' },
  key: { env: 'X_KEY', schema: z.string().min(8, 'must have 8 characters'), doc: 'The key.', secret: true },
  note: { env: 'X_NOTE', schema: z.string().optional(), doc: 'A note.' },
});

const folder = mkdtempSync(join(tmpdir(), 'newsmill-settings-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function problems(environment: Record<string, string>): readonly string[] {
  try {
    loadSettings(settings, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it('takes defaults, lists and flags', () => {
    expect(loadSettings(settings, { X_KEY: 'secret-key', X_HOSTS: 'a, b,,', X_ON: 'no' })).toEqual({
      port: 8080,
      hosts: ['a', 'b'],
      on: false,
      key: 'secret-key',
      note: undefined,
    });
  });

  it('takes an empty variable as absent', () => {
    expect(loadSettings(settings, { X_KEY: 'secret-key', X_PORT: '' }).port).toBe(8080);
  });

  it('tells every problem at once, by name, and no secret', () => {
    expect(problems({ X_PORT: '70000', X_ON: 'perhaps', X_KEY: 'hush' })).toEqual([
      'X_PORT is "70000": must be at most 65535',
      'X_ON is "perhaps": must be true or false',
      'X_KEY is (hidden): must have 8 characters',
    ]);
    expect(problems({})).toEqual(['X_KEY is not set: The key.']);
  });

  it('reads a secret from a file', () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'secret-from-file\n');
    expect(loadSettings(settings, { X_KEY_FILE: file }).key).toBe('secret-from-file');
    expect(problems({ X_KEY_FILE: join(folder, 'none') })[0]).toMatch(
      /^X_KEY_FILE is ".*none": cannot be read \(ENOENT\)/,
    );
  });
});
