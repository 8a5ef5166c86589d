import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Problem } from '@newsmill/service';
import { DataSource, type EntityManager, In, MoreThan } from 'typeorm';
import type { z } from 'zod';
import { Feed } from '../entities/feed.entity.js';
import { Source } from '../entities/source.entity.js';
import { SourceFeed } from '../entities/source-feed.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { activateFeeds, lockSources } from './active-feeds.js';
import { type Origin, type SourceDeclaration, sourceChange, sourceDeclaration } from './source-declaration.js';
import { type SourceView, viewOf } from './source-view.js';

/** Where a source that the API cannot change is declared. */
const ELSEWHERE: Readonly<Record<Exclude<Origin, 'api'>, string>> = {
  file: 'it is declared in the file NEWSMILL_SOURCES_FILE: change it there',
  setting: 'it is declared in the setting NEWSMILL_FEEDS: change it there',
};

/** The sources of a deployment: declared in a file, in a setting, or by the API; all of them stand in the database. */
@Injectable()
export class Sources {
  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  /** By id, those behind a cursor. */
  async list(limit: number, cursor?: string): Promise<{ sources: SourceView[]; next?: string }> {
    return this.reading(async (manager) => {
      const found = await manager.find(Source, {
        where: cursor === undefined ? {} : { id: MoreThan(cursor) },
        order: { id: 'ASC' },
        take: limit + 1,
      });
      const shown = found.slice(0, limit);
      const sources = await this.viewsOf(manager, shown);
      return { sources, ...(found.length > limit && { next: shown.at(-1)!.id }) };
    });
  }

  /** With every step of the last search for feeds. @throws Problem 404 */
  async show(id: string): Promise<SourceView> {
    return this.reading(async (manager) => {
      const source = await this.find(manager, id);
      const [view] = await this.viewsOf(manager, [source]);
      return { ...view!, ...(source.discovers && { steps: source.discoverySteps }) };
    });
  }

  /** @throws Problem 409 when the id or the home is taken */
  add(declared: z.output<typeof sourceDeclaration>): Promise<SourceView> {
    return this.changing(async (manager) => {
      const { id, home } = declared;
      const [taken] = await manager.find(Source, { where: home === null ? { id } : [{ id }, { home }], take: 1 });
      if (taken?.id === id) {
        throw new Problem(409, `the id ${id} is taken`, [{ pointer: '/id', detail: 'give another one' }]);
      }
      if (taken !== undefined) {
        throw new Problem(409, `the source ${taken.id} has this home`, [{ pointer: '/home', detail: 'is taken' }]);
      }
      await declare(manager, 'api', [declared]);
      return this.view(manager, id);
    });
  }

  /** @throws Problem 404, 409 when it is not the API's, 400 when nothing would be left to follow */
  change(id: string, change: z.output<typeof sourceChange>): Promise<SourceView> {
    return this.changing(async (manager) => {
      const source = await this.findOwn(manager, id);
      const named = await manager.find(SourceFeed, { where: { sourceId: id, declared: true }, order: { url: 'ASC' } });
      const { name = source.name, home = source.home, paused = source.paused, feeds = named } = change;
      if (home === null && feeds.length === 0) {
        throw new Problem(400, 'a source must have a home, or feeds', [{ pointer: '/home', detail: 'is needed' }]);
      }
      await declare(manager, 'api', [{ id, name, home, paused, feeds }]);
      return this.view(manager, id);
    });
  }

  /** @throws Problem 404, 409 when it is not the API's */
  async remove(id: string): Promise<void> {
    await this.changing(async (manager) => {
      await this.findOwn(manager, id);
      await remove(manager, [id]);
    });
  }

  /**
   * Makes the sources of a file or setting what is declared now: those that are not any more are removed. A source of
   * another origin with the same id becomes one of this.
   * @returns the ids of those that the API had declared before
   */
  replace(origin: Origin, declared: readonly SourceDeclaration[]): Promise<string[]> {
    return this.changing(async (manager) => {
      const ids = declared.map(({ id }) => id);
      const gone = await manager.query<{ id: string }[]>(
        'SELECT id FROM source WHERE origin = $1 AND id <> ALL($2::text[])',
        [origin, ids],
      );
      const taken = await manager.query<{ id: string }[]>(
        `SELECT id FROM source WHERE origin = 'api' AND origin <> $1 AND id = ANY($2::text[]) ORDER BY id`,
        [origin, ids],
      );
      await remove(
        manager,
        gone.map(({ id }) => id),
      );
      await declare(manager, origin, declared);
      return taken.map(({ id }) => id);
    });
  }

  /** Sources and their feeds as they were at one moment. */
  private reading<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction('REPEATABLE READ', read);
  }

  private changing<T>(change: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(async (manager) => {
      await lockSources(manager);
      return change(manager);
    });
  }

  private async find(manager: EntityManager, id: string): Promise<Source> {
    const source = await manager.findOneBy(Source, { id });
    if (source === null) throw new Problem(404, `there is no source ${id}`);
    return source;
  }

  private async findOwn(manager: EntityManager, id: string): Promise<Source> {
    const source = await this.find(manager, id);
    if (source.origin !== 'api')
      throw new Problem(409, `the source ${id} cannot be changed here: ${ELSEWHERE[source.origin]}`);
    return source;
  }

  private async view(manager: EntityManager, id: string): Promise<SourceView> {
    const [view] = await this.viewsOf(manager, [await this.find(manager, id)]);
    return view!;
  }

  private async viewsOf(manager: EntityManager, sources: readonly Source[]): Promise<SourceView[]> {
    const has = await manager.find(SourceFeed, {
      where: { sourceId: In(sources.map(({ id }) => id)) },
      order: { url: 'ASC' },
    });
    const known = await manager.query<{ url: string; feedId: string }[]>(
      'SELECT url, feed_id AS "feedId" FROM feed_address WHERE url = ANY($1::text[])',
      [has.map(({ url }) => url)],
    );
    const polled = await manager.findBy(Feed, { id: In(known.map(({ feedId }) => feedId)) });
    const feeds = Map.groupBy(has, ({ sourceId }) => sourceId);
    const byId = new Map(polled.map((feed) => [feed.id, feed]));
    const states = new Map(known.map(({ url, feedId }) => [url, byId.get(feedId)!]));
    return sources.map((source) => viewOf(source, feeds.get(source.id) ?? [], states));
  }
}

async function remove(manager: EntityManager, ids: readonly string[]): Promise<void> {
  const urls = await feedsOf(manager, ids);
  await manager.query('DELETE FROM source WHERE id = ANY($1::text[])', [ids]);
  await activateFeeds(manager, urls);
}

async function feedsOf(manager: EntityManager, ids: readonly string[]): Promise<string[]> {
  const rows = await manager.query<{ url: string }[]>(
    'SELECT DISTINCT url FROM source_feed WHERE source_id = ANY($1::text[])',
    [ids],
  );
  return rows.map(({ url }) => url);
}

/**
 * Writes declarations. What was found of a source stays as long as its home does; with another home, or feeds of its own,
 * its feeds are looked for anew, or no more.
 */
async function declare(manager: EntityManager, origin: Origin, declared: readonly SourceDeclaration[]): Promise<void> {
  const ids = declared.map(({ id }) => id);
  const before = await feedsOf(manager, ids);
  const sources = declared.map(({ id, name, home, paused, feeds }) => {
    return { id, name, home, paused, discovers: home !== null && feeds.length === 0 };
  });
  const feeds = declared.flatMap(({ id, feeds: named }) => named.map(({ url, kind }) => ({ id, url, kind })));
  const [asSources, asFeeds] = [JSON.stringify(sources), JSON.stringify(feeds)];
  await manager.query(
    `DELETE FROM source_feed AS has USING source,
       jsonb_to_recordset($1::jsonb) AS declared (id text, home text, discovers boolean)
     WHERE has.source_id = declared.id AND source.id = declared.id AND (
       has.declared OR NOT declared.discovers OR declared.home IS DISTINCT FROM source.home)`,
    [asSources],
  );
  await manager.query(
    `INSERT INTO source (id, origin, name, home, paused, discovers, revision, discovery_steps, discovery_failures,
       discovery_due_at, created_at, updated_at)
     SELECT id, $2, name, home, paused, discovers, 1, '[]', 0, CASE WHEN discovers THEN now() END, now(), now()
     FROM jsonb_to_recordset($1::jsonb) AS declared (id text, name text, home text, paused boolean, discovers boolean)
     ON CONFLICT (id) DO UPDATE SET
       origin = excluded.origin, name = excluded.name, paused = excluded.paused, updated_at = now()
     WHERE (source.origin, source.name, source.paused) IS DISTINCT FROM (excluded.origin, excluded.name, excluded.paused)`,
    [asSources, origin],
  );
  await manager.query(
    `UPDATE source SET home = declared.home, discovers = declared.discovers, revision = revision + 1, updated_at = now(),
       discovery_state = NULL, discovery_error = NULL, discovery_steps = '[]', discovery_failures = 0,
       discovered_at = NULL, discovery_due_at = CASE WHEN declared.discovers THEN now() END
     FROM jsonb_to_recordset($1::jsonb) AS declared (id text, home text, discovers boolean)
     WHERE source.id = declared.id AND (source.home, source.discovers) IS DISTINCT FROM (declared.home, declared.discovers)`,
    [asSources],
  );
  await manager.query(
    `INSERT INTO source_feed (source_id, url, kind, declared, followed)
     SELECT id, url, kind, true, true FROM jsonb_to_recordset($1::jsonb) AS named (id text, url text, kind text)`,
    [asFeeds],
  );
  await activateFeeds(manager, [
    ...new Set([...before, ...feeds.map(({ url }) => url), ...(await feedsOf(manager, ids))]),
  ]);
}
