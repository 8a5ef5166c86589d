import type pg from 'pg';

/** What the store has written for articles, by table, and the column that says for which of them. */
const TABLES = {
  article: 'id',
  article_version: 'article_id',
  article_url: 'article_id',
  article_revision: 'article_id',
  change_log: 'article_id',
  published_state: 'article_id',
  receipt: 'article_id',
  receipt_step: '(SELECT article_id FROM store.receipt WHERE receipt.id = receipt_step.receipt_id)',
} as const;

/** Articles a statement: one takes 65,535 parameters at most. */
const STATEMENT = 64;

interface Table {
  /** Up to its values. */
  insert: string;
  /** By article, its rows: each the texts of its columns, which the server reads as the columns' types. */
  rows: (string | null)[][][];
}

/** The rows of articles that a deployment has stored, to be written once more, many at a time, to tables of the same shape. */
export class StoredRows {
  private next = 0;

  private constructor(
    private readonly database: pg.Pool,
    private readonly tables: readonly Table[],
  ) {}

  /** @throws when fewer articles are stored */
  static async read(database: pg.Pool, articles: number): Promise<StoredRows> {
    const { rows: ids } = await database.query<{ id: string }>('SELECT id FROM store.article LIMIT $1', [articles]);
    if (ids.length < articles) throw new Error(`${articles} articles are asked for, ${ids.length} are stored`);
    await database.query('CREATE SCHEMA bare');
    const tables: Table[] = [];
    for (const [name, owner] of Object.entries(TABLES)) {
      await database.query(`CREATE TABLE bare.${name} (LIKE store.${name} INCLUDING ALL)`);
      const { rows: columns } = await database.query<{ name: string }>(
        `SELECT quote_ident(attname) AS name FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
        [`store.${name}`],
      );
      const names = columns.map((column) => column.name);
      const { rows } = await database.query<{ owner: string; row: (string | null)[] }>(
        `SELECT ${owner}::text AS owner, ARRAY[${names.map((column) => `${column}::text`).join(', ')}] AS row
         FROM store.${name} WHERE ${owner} = ANY($1::uuid[])`,
        [ids.map(({ id }) => id)],
      );
      const byOwner = Map.groupBy(rows, (row) => row.owner);
      tables.push({
        insert: `INSERT INTO bare.${name} (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES `,
        rows: ids.map(({ id }) => byOwner.get(id)?.map(({ row }) => row) ?? []),
      });
    }
    return new StoredRows(database, tables);
  }

  /** Writes the rows of the next articles in one transaction, a statement a table and `STATEMENT` articles. */
  async upsert(articles: number): Promise<void> {
    const client = await this.database.connect();
    try {
      await client.query('BEGIN');
      for (let left = articles; left > 0; left -= STATEMENT) {
        const from = this.next;
        const to = from + Math.min(left, STATEMENT);
        this.next = to;
        for (const { insert, rows } of this.tables) {
          const batch = rows.slice(from, to).flat();
          if (batch.length === 0) continue;
          let parameter = 0;
          const values = batch.map((row) => `(${row.map(() => `$${++parameter}`).join(', ')})`).join(', ');
          await client.query(`${insert}${values} ON CONFLICT DO NOTHING`, batch.flat());
        }
      }
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  }

  async drop(): Promise<void> {
    await this.database.query('DROP SCHEMA bare CASCADE');
  }
}
