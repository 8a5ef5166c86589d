import { z } from 'zod';
import { offset } from '../offset.js';
import { reasonClass } from '../reason-class.js';
import { defineTopic } from '../topic.js';

/**
 * What may become of an event in a stage, and of a thing at the door (`received`). `deferred` ends nothing: the event comes
 * again to the same stage.
 */
export const outcomeKind = z.enum(['received', 'emitted', 'done', 'skipped', 'rejected', 'deferred', 'dead']);

export const articleOutcomes = defineTopic({
  name: 'news.article.outcomes.v1',
  description: 'What became of the events of one settled batch, or of one thing received at the door.',
  schema: z.strictObject({
    stage: z
      .string()
      .describe(
        'the stage that settled them; "push", "feed", "revisit" and "import" are the doors, "redrive" sends dead letters again',
      ),
    at: z.iso.datetime(),
    topic: z.string().optional().describe('address at which the events of the batch stood; absent at a door'),
    partition: z.int().nonnegative().optional().describe('partition in which the events of the batch stood'),
    settled: z.array(
      z.strictObject({
        id: z.string().describe('page or article id'),
        receiptId: z.string().optional(),
        articleId: z.string().optional(),
        offset: offset.optional().describe('where the event stood in its partition; absent at a door'),
        replay: z.string().optional().describe('the replays that it came through; absent for live traffic'),
        redrives: z
          .number()
          .int()
          .positive()
          .optional()
          .describe('how often it, or what it came of, has been taken out of the dead letters'),
        outcome: outcomeKind,
        reason: z
          .string()
          .optional()
          .describe('why it was skipped, rejected, deferred or put with the dead letters; or the result of a sink'),
        reasonClass: z
          .string()
          .optional()
          .describe(
            `class of the reason, which then begins with it and a colon; a list that may grow: ${reasonClass.options.join(', ')}`,
          ),
      }),
    ),
  }),
  key: (event) => event.settled[0]?.id ?? event.stage,
  keyIs: 'id of the first event of the batch',
  subject: (event) => ({ id: event.stage }),
  retention: { cleanup: 'delete', days: 30 },
});
