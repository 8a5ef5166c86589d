import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Found } from './contestant.ts';

export type StoredResults = Readonly<Record<string, Partial<Found>>>;

/** What other extractors, by name, gave for these pages earlier: `peers/<name>.json.gz` of the data folder. */
export function readStoredResults(folder: string): Map<string, StoredResults> {
  const peers = join(folder, 'peers');
  const files = existsSync(peers) ? readdirSync(peers).filter((file) => file.endsWith('.json.gz')) : [];
  return new Map(
    files.sort().map((file) => {
      const results = JSON.parse(gunzipSync(readFileSync(join(peers, file))).toString()) as StoredResults;
      return [file.slice(0, -'.json.gz'.length), results];
    }),
  );
}
