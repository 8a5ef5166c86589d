import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseFacts } from './release-notes.ts';

/** What the files of a checkout say of the release that a tag makes of it. */
export async function readReleaseFacts(root: string, tag: string): Promise<ReleaseFacts> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const lock = JSON.parse(await read('package-lock.json')) as {
    version?: string;
    packages: Record<string, { version?: string; link?: boolean }>;
  };
  const workspaces = Object.entries(lock.packages).filter(([path]) => /^(apps|libs)\/[^/]+$/.test(path));
  const versions = new Map<string, string | undefined>([['package-lock.json', lock.version]]);
  for (const folder of ['.', ...workspaces.map(([path]) => path)]) {
    const path = join(folder, 'package.json');
    versions.set(path, (JSON.parse(await read(path)) as { version?: string }).version);
  }
  const chart = 'deploy/helm/newsmill/Chart.yaml';
  const [, appVersion] = /^appVersion: *["']?([^"'\s]+)/m.exec(await read(chart)) ?? [];
  versions.set(`${chart} (appVersion)`, appVersion);
  return {
    tag,
    versions,
    changelog: await read('CHANGELOG.md'),
    schemas: {
      generated: await texts(join(root, 'libs/contracts/schemas')),
      released: await texts(join(root, 'libs/contracts/schemas/released')),
    },
  };
}

async function texts(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}
