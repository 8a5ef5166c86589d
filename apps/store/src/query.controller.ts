import { Controller, Get, Param, Query } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ArticleRecord } from '@newsmill/contracts';
import { Problem } from '@newsmill/service';
import { normalizeUrl } from '@newsmill/web';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Article } from './entities/article.entity.js';
import { ArticleUrl } from './entities/article-url.entity.js';
import { type HistoryEntry, readHistory } from './article-history.js';
import { storeDatabase } from './store.database.js';

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
});

const cursorPosition = z.tuple([z.iso.datetime(), z.uuid()]);

interface ArticlePage {
  /** Latest change first; none that may not be read. */
  articles: ArticleRecord[];
  /** Cursor of the next page; absent on the last one. */
  next?: string;
}

/** Read access to what is stored. */
@Controller('v1/articles')
export class QueryController {
  constructor(@InjectDataSource(storeDatabase.schema) private readonly database: DataSource) {}

  /** With `url`: the record of the article that came in under that address. Without: a page of records. */
  @Get()
  async find(@Query() query: Record<string, string>): Promise<ArticleRecord | ArticlePage> {
    if (query.url !== undefined) return this.byUrl(query.url);
    const read = listQuery.safeParse(query);
    if (!read.success) {
      const errors = read.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message }));
      throw new Problem(400, 'the query does not fit', errors);
    }
    return this.page(read.data.limit, read.data.cursor);
  }

  @Get(':id')
  async byId(@Param('id') id: string): Promise<ArticleRecord> {
    return recordOf(await this.article(id));
  }

  /** Every version that says something of its own and may be known of, oldest first; without text where there is none to read. */
  @Get(':id/history')
  async history(@Param('id') id: string): Promise<{ versions: HistoryEntry[] }> {
    await this.article(id);
    return { versions: await readHistory(this.database, id) };
  }

  private async byUrl(address: string): Promise<ArticleRecord> {
    let url: string;
    try {
      url = normalizeUrl(address);
    } catch (error) {
      throw new Problem(400, (error as Error).message, [{ pointer: '/url', detail: 'not an http or https URL' }]);
    }
    const known = await this.database.manager.findOneBy(ArticleUrl, { url });
    if (!known) throw new Problem(404, `no article has come in under ${url}`);
    return recordOf(await this.article(known.articleId));
  }

  private async article(id: string): Promise<Article> {
    const found = z.uuid().safeParse(id).success ? await this.database.manager.findOneBy(Article, { id }) : null;
    if (!found) throw new Problem(404, `no article has the id ${id}`);
    return found;
  }

  private async page(limit: number, cursor: string | undefined): Promise<ArticlePage> {
    const builder = this.database.manager
      .createQueryBuilder(Article, 'article')
      .where("article.pubStatus = 'usable'")
      .orderBy('article.changedAt', 'DESC')
      .addOrderBy('article.id', 'DESC')
      .limit(limit + 1);
    if (cursor !== undefined) {
      const [changedAt, id] = decodeCursor(cursor);
      builder.andWhere('(article.changedAt, article.id) < (:changedAt, :id)', { changedAt, id });
    }
    const found = await builder.getMany();
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      articles: found.slice(0, limit).map(recordOf),
      ...(last && { next: encodeCursor(last) }),
    };
  }
}

/** @throws Problem 410 of a withdrawn article, 404 of one that hides for now, each with the reason */
function recordOf({ id, pubStatus, reason, record }: Article): ArticleRecord {
  if (record !== null) return record;
  if (pubStatus === 'canceled') throw new Problem(410, `article ${id} was withdrawn: ${reason}`);
  throw new Problem(404, `article ${id} is withheld: ${reason}`);
}

function encodeCursor({ changedAt, id }: Article): string {
  return Buffer.from(JSON.stringify([changedAt.toISOString(), id])).toString('base64url');
}

function decodeCursor(cursor: string): [string, string] {
  try {
    return cursorPosition.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new Problem(400, 'the cursor is not one of ours', [{ pointer: '/cursor', detail: 'use "next" of a page' }]);
  }
}
