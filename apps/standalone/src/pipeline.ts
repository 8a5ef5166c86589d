import { replayStarted } from '@newsmill/contracts';
import { enricher } from '@newsmill/enricher';
import { fetcher } from '@newsmill/fetcher';
import { parser } from '@newsmill/parser';
import type { ServiceDefinition } from '@newsmill/service';
import type { Writer } from '@newsmill/stage';
import { store } from '@newsmill/store';

/**
 * The map of newsmill. An article passes the services in this order:
 *
 *   fetcher    news.link.discovered -> news.page.fetched
 *   parser     news.page.fetched -> news.article.parsed
 *   enricher   news.article.parsed -> news.article.enriched
 *   store      news.article.enriched -> PostgreSQL -> news.article.changes, news.article.state
 *
 * What each settles is told on news.article.outcomes, which the store reads to answer for every receipt.
 */
export const services: readonly ServiceDefinition[] = [fetcher, parser, enricher, store];

/** What writes to topics beside the stages. */
export const writers: readonly Writer[] = [
  ...services.flatMap((service) => service.writers ?? []),
  { name: 'replay', description: 'the command that runs history through a stage again', writes: [replayStarted] },
];
