import { z } from 'zod';
import { articleRecord } from '../article-record.js';
import { defineTopic, tolerant } from '../topic.js';

const articleVersion = z.strictObject({
  articleId: z.string().describe('stable id: the same (publisher, guid) or canonical URL always gives the same'),
  receiptId: z.string(),
  record: articleRecord,
});

/** Whoever passes a record on keeps fields that it does not know yet: a newer service may have made them. */
const passedOn = articleVersion.extend({ record: tolerant(articleRecord) });

const common = {
  key: (event: z.output<typeof articleVersion>) => event.articleId,
  keyIs: 'article id',
  subject: ({ articleId, receiptId }: z.output<typeof articleVersion>) => ({ id: articleId, articleId, receiptId }),
  retention: { cleanup: 'delete', days: 7 },
  maxBytes: 20 * 1024 * 1024,
} as const;

export const articleParsed = defineTopic({
  ...common,
  schema: articleVersion,
  name: 'news.article.parsed.v1',
  description: 'One version of an article, structured.',
});

export const articleEnriched = defineTopic({
  ...common,
  schema: passedOn,
  name: 'news.article.enriched.v1',
  description: 'One version of an article with its annotations.',
});
