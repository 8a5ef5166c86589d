import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { referenceFiles } from '@newsmill/standalone';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const files = [...(await referenceFiles(ROOT))];

describe('generated files are current (npm run docs)', () => {
  it.each(files)('%s', async (path, content) => {
    expect(await readFile(`${ROOT}${path}`, 'utf8')).toBe(content);
  });
});
