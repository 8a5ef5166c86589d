import { z } from 'zod';
import { offset } from '../offset.js';
import { defineTopic } from '../topic.js';

export const replayStarted = defineTopic({
  name: 'news.replay.started.v1',
  description:
    'History that is run through a stage again: which, and which part of it. Resuming a replay reads it here.',
  schema: z.strictObject({
    replayId: z.string().describe('sorts by the time of its start: a later replay stands above an earlier one'),
    stage: z.string(),
    spans: z
      .array(z.strictObject({ partition: z.int(), from: offset, until: offset.describe('not included') }))
      .describe('offsets of the topic that the stage reads'),
    only: z.array(z.string()).describe('hosts, publishers or ids of the events that are run again; empty: all'),
  }),
  key: (event) => event.replayId,
  keyIs: 'replay id',
  subject: ({ replayId }) => ({ id: replayId }),
  retention: { cleanup: 'delete', days: 30 },
  partitions: 1,
});
