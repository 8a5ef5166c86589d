import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../', import.meta.url);
const rules = readFileSync(new URL('deploy/prometheus/rules.yaml', ROOT), 'utf8');

/** The sources of services and libraries, tests left out. */
function sources(): string {
  return ['apps', 'libs']
    .flatMap((layer) => readdirSync(new URL(`${layer}/`, ROOT)).map((name) => new URL(`${layer}/${name}/src/`, ROOT)))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
        .map((file) => readFileSync(new URL(file, folder), 'utf8')),
    )
    .join('\n');
}

describe('alerts', () => {
  it('look at metrics that the services have', () => {
    const named = [...rules.matchAll(/\bnewsmill_[a-z_]+/g)].map(([name]) => name);
    const known = sources();
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !known.includes(`'${name}'`))).toEqual([]);
  });

  it('lead to pages that are there', () => {
    const pages = [...rules.matchAll(/docs\/[a-z-]+\.md/g)].map(([page]) => page);
    for (const page of pages) expect(readFileSync(new URL(page, ROOT), 'utf8')).not.toBe('');
  });
});
