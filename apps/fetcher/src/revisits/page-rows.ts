import { Any, type DataSource } from 'typeorm';
import { type KnownPage, Page } from '../entities/page.entity.js';
import { JoinedCalls } from '../joined-calls.js';

/** The rows of pages in the fetchers' database. What a process asks at the same time is one statement. */
export class PageRows {
  private readonly looks = new JoinedCalls(String, (ids: readonly string[]) => this.findAll(ids));
  private readonly saves = new JoinedCalls(
    ({ id }: KnownPage) => id,
    (pages: readonly KnownPage[]) => this.saveAll(pages),
  );

  constructor(private readonly database: Pick<DataSource, 'manager' | 'query' | 'getMetadata'>) {}

  find(id: string): Promise<KnownPage | undefined> {
    return this.looks.make(id);
  }

  /** All but the number of its next revisit, which is the scheduler's; an older visit that wakes late changes nothing. */
  save(page: KnownPage): Promise<void> {
    return this.saves.make(page);
  }

  private async findAll(ids: readonly string[]): Promise<(KnownPage | undefined)[]> {
    const found = await this.database.manager.findBy(Page, { id: Any([...ids]) });
    const pages = new Map(found.map((page) => [page.id, page]));
    return ids.map((id) => pages.get(id));
  }

  private async saveAll(pages: readonly KnownPage[]): Promise<void[]> {
    const { columns } = this.database.getMetadata(Page);
    const names = columns.map(({ databaseName }) => databaseName);
    const changed = names.filter((name) => name !== 'id' && name !== 'visit');
    const rows = pages.map((page) =>
      Object.fromEntries(columns.map((column) => [column.databaseName, column.getEntityValue(page) as unknown])),
    );
    // In one order for all processes, so that none waits for another in a circle.
    await this.database.query(
      `INSERT INTO page (${names.join(', ')})
       SELECT ${names.join(', ')} FROM json_populate_recordset(NULL::page, $1::json) ORDER BY id
       ON CONFLICT (id) DO UPDATE SET ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}
       WHERE page.visited_at <= excluded.visited_at`,
      [JSON.stringify(rows)],
    );
    return pages.map(() => undefined);
  }
}
