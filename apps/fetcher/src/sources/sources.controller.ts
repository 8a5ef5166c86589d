import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { AdminKeyGuard, Problem } from '@newsmill/service';
import { z } from 'zod';
import { readFields, webAddress } from '../push/push-fields.js';
import { DeclaredSources, type FileStatus } from './declared-sources.js';
import type { Discovery } from './discovery.js';
import { SiteSearch } from './site-search.js';
import { sourceChange, sourceDeclaration } from './source-declaration.js';
import type { SourceView } from './source-view.js';
import { Sources } from './sources.js';

/** Tests that one process runs at a time, and milliseconds that each may take. */
const MOST_TESTS = 2;
const TEST_MS = 120_000;

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(100).optional(),
});
const testBody = z.strictObject({ url: webAddress });

export interface SourcePage {
  sources: SourceView[];
  /** Cursor of the next page; absent on the last one. */
  next?: string;
  /** Of the sources file, as this process has read it. */
  file?: FileStatus;
}

/** Where articles are taken from: the same as `newsmill sources`. */
@Controller('v1')
@UseGuards(AdminKeyGuard)
export class SourcesController {
  private tests = 0;

  constructor(
    private readonly sources: Sources,
    private readonly declared: DeclaredSources,
    private readonly sites: SiteSearch,
  ) {}

  @Get('sources')
  async list(@Query() query: unknown): Promise<SourcePage> {
    const { limit, cursor } = readFields(listQuery, { ...(query as object) }, 'a query parameter is wrong');
    const file = this.declared.status;
    return { ...(await this.sources.list(limit, cursor)), ...(file && { file }) };
  }

  @Post('sources')
  add(@Body() body: unknown): Promise<SourceView> {
    if (typeof body === 'string') throw new Problem(400, 'send {home} or {feeds}');
    return this.sources.add(
      readFields(sourceDeclaration, body, 'the source does not fit {home?, feeds?, id?, name?, paused?}'),
    );
  }

  /** Looks for the feeds of a site and keeps nothing. */
  @Post('sources::test')
  @HttpCode(200)
  testUrl(@Body() body: unknown): Promise<Discovery> {
    const { url } = readFields(testBody, body, 'the test does not fit {url}');
    return this.test((signal) => this.sites.discover(url, signal));
  }

  @Get('sources/:id')
  show(@Param('id') id: string): Promise<SourceView> {
    return this.sources.show(id);
  }

  @Patch('sources/:id')
  change(@Param('id') id: string, @Body() body: unknown): Promise<SourceView> {
    return this.sources.change(
      id,
      readFields(sourceChange, body, 'the change does not fit {name?, home?, feeds?, paused?}'),
    );
  }

  @Delete('sources/:id')
  @HttpCode(204)
  remove(@Param('id') id: string): Promise<void> {
    return this.sources.remove(id);
  }

  /** `POST /v1/sources/{id}:test`: looks for the source's feeds, or reads those that it names, and keeps nothing. */
  @Post('sources/:action')
  @HttpCode(200)
  async act(@Param('action') action: string): Promise<Discovery> {
    const [id, verb, ...rest] = action.split(':');
    if (verb !== 'test' || rest.length > 0)
      throw new Problem(404, `there is nothing to do at ${action}: use {id}:test`);
    const { home, feeds } = await this.sources.show(id!);
    const named = feeds.filter(({ declared }) => declared);
    return this.test((signal) =>
      home === undefined || named.length > 0 ? this.sites.verify(named, signal) : this.sites.discover(home, signal),
    );
  }

  /** @throws Problem 503 when enough of them run, 504 when it takes too long */
  private async test(run: (signal: AbortSignal) => Promise<Discovery>): Promise<Discovery> {
    if (this.tests >= MOST_TESTS) {
      throw new Problem(503, `${MOST_TESTS} tests run already; try again`, [], { 'retry-after': '10' });
    }
    const signal = AbortSignal.timeout(TEST_MS);
    this.tests += 1;
    try {
      return await run(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Problem(504, `the site was not read within ${TEST_MS / 1_000} s`);
    } finally {
      this.tests -= 1;
    }
  }
}
