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

interface Table {
  name: string;
  insert: string;
  columns: number;
  /** By article, its rows: each the texts of its columns. */
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
      const { rows: columns } = await database.query<{ name: string; type: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
        [`store.${name}`],
      );
      const texts = columns.map((column) => `"${column.name}"::text`).join(', ');
      const { rows } = await database.query<{ owner: string; row: (string | null)[] }>(
        `SELECT ${owner}::text AS owner, ARRAY[${texts}] AS row FROM store.${name} WHERE ${owner} = ANY($1::uuid[])`,
        [ids.map(({ id }) => id)],
      );
      const byOwner = Map.groupBy(rows, (row) => row.owner);
      const names = columns.map((column) => `"${column.name}"`).join(', ');
      const values = columns.map((column, index) => `c${index}::${column.type}`).join(', ');
      const parameters = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
      const read = columns.map((_, index) => `c${index}`).join(', ');
      tables.push({
        name,
        insert:
          `INSERT INTO bare.${name} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} ` +
          `FROM unnest(${parameters}) AS given (${read}) ON CONFLICT DO NOTHING`,
        columns: columns.length,
        rows: ids.map(({ id }) => byOwner.get(id)?.map(({ row }) => row) ?? []),
      });
    }
    return new StoredRows(database, tables);
  }

  /** Writes the rows of the next articles in one transaction, a statement a table. */
  async upsert(articles: number): Promise<void> {
    const from = this.next;
    this.next += articles;
    const client = await this.database.connect();
    try {
      await client.query('BEGIN');
      for (const { name, insert, columns, rows } of this.tables) {
        const batch = rows.slice(from, this.next).flat();
        const values = Array.from({ length: columns }, (_, column) => batch.map((row) => row[column]));
        await client.query({ name, text: insert, values });
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
