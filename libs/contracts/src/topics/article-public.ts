import { z } from 'zod';
import { articleRecord, timestamp } from '../article-record.js';
import { defineTopic, tolerant } from '../topic.js';

/** A record as the store got it: fields that the store does not know pass. */
const passedOn = tolerant(articleRecord);

const pubStatus = z.enum(['usable', 'withheld', 'canceled']);

/** Optional: events of older releases do not tell it. */
const basis = z
  .strictObject({
    receiptId: z.string(),
    replay: z.string().optional().describe('the replays that it came through'),
    version: z.string().optional().describe("the publisher's own version"),
    versionCreated: timestamp,
    fetchedAt: timestamp,
    expires: timestamp.optional().describe('when the version expires; told also once it has'),
  })
  .optional()
  .describe('the version of the article that this revision was made from; told also when the record may not be read');

/** The closed list of what can happen to a stored article. */
export const changeKind = z.enum(['new', 'update', 'correction', 'withdrawn', 'withheld', 'restored']);

export const articleChanges = defineTopic({
  name: 'news.article.changes.v1',
  description: 'What happened to an article: every material change, in order for each article, with the whole record.',
  schema: z.strictObject({
    articleId: z.string(),
    revision: z.int().positive().describe('grows with every change, may skip; apply what is greater than yours'),
    changeKind,
    fields: z.array(z.string()).describe('the fields that moved; empty for a new article'),
    changedAt: timestamp,
    pubStatus: pubStatus.optional(),
    reason: z.string().optional().describe('why the article is withheld or canceled'),
    correction: z.string().optional().describe('what the publisher says was wrong, of a correction'),
    record: passedOn.optional().describe('absent once the article is withheld or canceled'),
    basis,
  }),
  key: (event) => event.articleId,
  keyIs: 'article id',
  subject: ({ articleId }) => ({ id: articleId, articleId }),
  retention: { cleanup: 'delete', days: 30 },
  maxBytes: 21 * 1024 * 1024,
  public: true,
});

export const articleState = defineTopic({
  name: 'news.article.state.v1',
  description:
    'The latest state of each article. Compacted: reading it from the start rebuilds the truth. A withdrawn article leaves a stub with the reason, and after a delay a tombstone.',
  schema: z.strictObject({
    articleId: z.string(),
    revision: z
      .int()
      .positive()
      .describe('that of the last change, or greater; told again under the same one, a record says the same'),
    pubStatus,
    reason: z.string().optional().describe('why an article is withheld or canceled'),
    record: passedOn.optional().describe('absent once the article is withheld or canceled'),
    basis,
  }),
  key: (event) => event.articleId,
  keyIs: 'article id',
  subject: ({ articleId }) => ({ id: articleId, articleId }),
  retention: { cleanup: 'compact', days: 7 },
  maxBytes: 21 * 1024 * 1024,
  public: true,
});
