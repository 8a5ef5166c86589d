import { loadSettings, migrate, openDataSource, serviceSettings } from '@newsmill/service';
import { storeDatabase } from '@newsmill/store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from './support/real-parts.ts';

const ARTICLE = '00000000-0000-8000-8000-000000000001';
const NAMES = storeDatabase.migrations.map(({ name }) => name);
/** Back to before articles had revisions of their own. */
const UNDONE = NAMES.slice(3);
const FIRST = { ...storeDatabase, migrations: storeDatabase.migrations.slice(0, 1) };

let database: Awaited<ReturnType<typeof freshDatabase>>;

beforeEach(async () => {
  database = await freshDatabase();
});

afterEach(() => database.drop());

function settings() {
  return loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: database.url, NEWSMILL_MIGRATE: 'false' });
}

async function query<T>(...statements: string[]): Promise<T[]> {
  const source = await openDataSource(storeDatabase, settings());
  try {
    let rows: T[] = [];
    for (const statement of statements) rows = await source.query<T[]>(statement);
    return rows;
  } finally {
    await source.destroy();
  }
}

const columns = () =>
  query<object>(
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'store' ORDER BY 1, 2`,
  );

describe('migrations of the store', () => {
  it('have one time each, in their order', () => {
    const times = NAMES.map((name) => Number(name.slice(-13)));
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });

  it('make of a store of the first release what a fresh one is, and keep what it holds', async () => {
    expect(await migrate(FIRST, settings())).toEqual(NAMES.slice(0, 1));
    await query(
      `INSERT INTO article VALUES ('${ARTICLE}', 2, 'usable', '{}', now(), now())`,
      `INSERT INTO article_version VALUES
         ('r1', '${ARTICLE}', 1, 'new', '{}', '{}', now()), ('r2', '${ARTICLE}', 2, 'update', '{}', '{}', now()),
         ('r0', '${ARTICLE}', NULL, 'late', '{}', '{}', now())`,
      `INSERT INTO outbox (receipt_id, article_id) VALUES ('r1', '${ARTICLE}'), ('r2', '${ARTICLE}')`,
      `INSERT INTO receipt VALUES ('r1', 'stored', 6, '${ARTICLE}', NULL, now()),
         ('r3', 'rejected', 5, NULL, 'no', now()), ('r4', 'dead', 4, NULL, NULL, now())`,
    );
    expect(await migrate(storeDatabase, settings())).toEqual(NAMES.slice(1));
    expect(await migrate(storeDatabase, settings())).toEqual([]);
    expect(await query('SELECT receipt_id, replay, revision FROM article')).toEqual([
      { receipt_id: 'r2', replay: '', revision: 2 },
    ]);
    expect(await query('SELECT revision FROM outbox ORDER BY seq')).toEqual([{ revision: 1 }, { revision: 2 }]);
    expect(
      await query(
        `SELECT v.receipt_id, v.replay, v.superseded, v.pub_status, r.revision, r.change_kind
         FROM article_version v LEFT JOIN article_revision r ON r.version_id = v.id ORDER BY receipt_id`,
      ),
    ).toEqual([
      { receipt_id: 'r0', replay: '', superseded: false, pub_status: 'usable', revision: null, change_kind: null },
      { receipt_id: 'r1', replay: '', superseded: false, pub_status: 'usable', revision: 1, change_kind: 'new' },
      { receipt_id: 'r2', replay: '', superseded: false, pub_status: 'usable', revision: 2, change_kind: 'update' },
    ]);
    const waiting = 'SELECT r.revision FROM outbox o JOIN article_revision r ON r.id = o.revision_id ORDER BY seq';
    expect(await query(waiting)).toEqual([{ revision: 1 }, { revision: 2 }]);
    expect(await query('SELECT id, rank FROM receipt ORDER BY id')).toEqual([
      { id: 'r1', rank: 30_001 },
      { id: 'r3', rank: 30_000 },
      { id: 'r4', rank: 4 },
    ]);
    await query(
      `INSERT INTO article_revision (article_id, revision, fields, pub_status, told_at)
       VALUES ('${ARTICLE}', 3, '{}', 'usable', now())`,
      `INSERT INTO article_version (article_id, receipt_id, replay, confirmed, superseded, version_created, accepted_at,
         pub_status, restores, embargoed_until, record, stored_at)
       VALUES ('${ARTICLE}', 'held', '', '', false, now(), now(), 'usable', false, now() + '1 day', '{}', now())`,
    );
    const upgraded = await columns();
    const source = await openDataSource(storeDatabase, settings());
    try {
      for (const _ of UNDONE) await source.undoLastMigration();
      expect(await source.query('SELECT receipt_id, revision FROM article_version ORDER BY receipt_id')).toEqual([
        { receipt_id: 'r0', revision: null },
        { receipt_id: 'r1', revision: 1 },
        { receipt_id: 'r2', revision: 2 },
      ]);
    } finally {
      await source.destroy();
    }
    expect(await migrate(storeDatabase, settings())).toEqual(UNDONE);
    expect(await columns()).toEqual(upgraded);
    await query('DROP SCHEMA store CASCADE');
    expect(await migrate(storeDatabase, settings())).toEqual(NAMES);
    expect(await columns()).toEqual(upgraded);
  });
});
