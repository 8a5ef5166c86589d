import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { benchPages } from './pages.ts';

export interface Page {
  url: string;
  html: string;
}

/**
 * Pages under hosts of their own in each round, so that each is an article of its own.
 *
 * @param folder with `gold.json` (id → {url?}) and `<id>.html.gz`; without one the sample site is taken
 */
export function sizingPages(folder: string | undefined, rounds: number): Page[][] {
  if (folder === undefined) {
    const pages = benchPages(350 * rounds);
    return Array.from({ length: rounds }, (_, round) => pages.slice(round * 350, (round + 1) * 350));
  }
  const gold = JSON.parse(readFileSync(join(folder, 'gold.json'), 'utf8')) as Record<string, { url?: string }>;
  const pages = Object.entries(gold).map(([id, { url = `https://pages.example/${id}` }]) => ({
    url: new URL(url),
    html: gunzipSync(readFileSync(join(folder, `${id}.html.gz`))).toString(),
  }));
  return Array.from({ length: rounds }, (_, round) =>
    pages.map(({ url, html }, number) => {
      const host = `r${round}-p${number}.example`;
      return { url: `https://${host}${url.pathname}${url.search}`, html: html.replaceAll(url.host, host) };
    }),
  );
}

/** Bytes of the records in the segments of each topic, as they stand on a broker's disk; by topic without prefix. */
export function topicBytes(logDir: string, prefix: string): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const entry of readdirSync(logDir)) {
    const [, topic] = new RegExp(`^${prefix}\\.(.+)-\\d+$`).exec(entry) ?? [];
    if (topic === undefined) continue;
    const segments = readdirSync(join(logDir, entry)).filter((file) => file.endsWith('.log'));
    const size = segments.reduce((sum, file) => sum + statSync(join(logDir, entry, file)).size, 0);
    bytes.set(topic, (bytes.get(topic) ?? 0) + size);
  }
  return bytes;
}

/** Bytes of all tables with their indexes, and of the write-ahead log so far. */
export async function databaseBytes(database: pg.Pool): Promise<{ tables: number; writeAhead: number }> {
  const { rows } = await database.query<{ tables: string; write_ahead: string }>(
    `SELECT sum(pg_total_relation_size(oid)) AS tables, pg_current_wal_lsn() - '0/0'::pg_lsn AS write_ahead
     FROM pg_class WHERE relkind = 'r' AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$')`,
  );
  return { tables: Number(rows[0]!.tables), writeAhead: Number(rows[0]!.write_ahead) };
}

/** The most memory that a process has held so far, in MB (VmHWM of proc(5)). */
export function peakMegabytes(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1000);
}
