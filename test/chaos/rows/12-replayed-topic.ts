import { articleEnriched, pageFetched, topicAddress } from '@newsmill/contracts';
import type { LogRecord } from '@newsmill/stage';
import { PREFIX } from '../deployment.ts';
import type { Row, Run } from '../row.ts';

/** Everything that two topics hold comes once more, twice, in another order: the state stays as it is. */
export const replayedTopic: Row = {
  id: '12',
  fault: 'duplicates and reordering: topics replayed twice in another order',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 120_000, full: 600_000 },
  uncountable: 'replayed events are handled again',
  inject: async (run) => {
    const log = await run.deployment.log();
    await run.flow(run.scale === 'full' ? 1_000 : 100);
    for (const topic of [pageFetched, articleEnriched]) {
      const address = topicAddress(PREFIX, topic);
      const records: LogRecord[] = [];
      for await (const record of log.read(address, 'earliest')) records.push(record);
      await run.strike('fault', async () => {
        for (const order of [records.toReversed(), shuffled(records)]) {
          for (let at = 0; at < order.length; at += 100) {
            const again = order.slice(at, at + 100);
            await log.publish(again.map(({ key, value, headers }) => ({ topic: address, key, value, headers })));
          }
          run.evidence.redelivered += order.length;
        }
      });
    }
  },
  verify: async (run) => unmovedArticles(run),
};

/** Nothing but the first version ever changed an article. */
async function unmovedArticles({ deployment }: Run): Promise<string[]> {
  const [line] = await deployment.query<{ moved: number }>(
    'SELECT count(*)::int AS moved FROM store.article WHERE revision <> 1 OR changed_at <> stored_at',
  );
  return line!.moved === 0 ? [] : [`${line!.moved} articles were changed by duplicates`];
}

/** Always the same order. */
function shuffled<T>(items: readonly T[]): T[] {
  let seed = 42;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
