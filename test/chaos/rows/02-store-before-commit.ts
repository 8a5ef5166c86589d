import { articleEnriched, topicAddress } from '@newsmill/contracts';
import { until } from '../../support/newsmill-client.ts';
import { PREFIX } from '../deployment.ts';
import type { Row, Run } from '../row.ts';

/**
 * The database has committed and the log has not: the way from the store to the brokers stands still, so that a batch
 * gets as far as the database, and then the store is killed. No failpoint in the product is needed for that.
 */
export const storeBeforeCommit: Row = {
  id: '2',
  fault: 'kill -9 of the store between database commit and offset commit',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 300_000, full: 900_000 },
  deployment: { throughProxy: ['store'] },
  inject: async (run) => {
    const { deployment } = run;
    const [proxy] = deployment.kafkaProxies;
    const store = deployment.service('store');
    const kills = run.scale === 'full' ? 5 : 1;
    for (let index = 0; index < kills; index += 1) {
      await run.flow(40);
      let repeated = 0;
      for (let tries = 0; repeated === 0 && tries < 5; tries += 1) {
        await run.strike('kill', async () => {
          const before = await stored(run);
          proxy!.impair({ stalled: true }, ['toServer']);
          await until('a batch has got as far as the database', 10_000, async () =>
            (await stored(run)) > before ? true : undefined,
          ).catch(() => undefined);
          await store.kill();
          // What the stopped way still held must not arrive.
          proxy!.reset();
          proxy!.heal();
        });
        repeated = await storedAndUncommitted(run);
        await store.start();
      }
      if (repeated === 0) throw new Error('the store was never killed between the two commits');
      run.evidence.redelivered += repeated;
    }
  },
};

async function stored(run: Run): Promise<number> {
  const [line] = await run.deployment.query<{ stored: number }>('SELECT count(*)::int AS stored FROM store.article');
  return line!.stored;
}

/** Events that the database has and that the log will hand out again. */
async function storedAndUncommitted({ deployment }: Run): Promise<number> {
  const log = await deployment.log();
  const topic = topicAddress(PREFIX, articleEnriched);
  const lags = await log.lag(topic, `${PREFIX}.store`);
  const offsets = Object.fromEntries(lags.map(({ partition, committed }) => [partition, committed]));
  const ids: string[] = [];
  for await (const { key } of log.read(topic, { offsets })) ids.push(String(key));
  const found = await deployment.query('SELECT 1 FROM store.article WHERE id::text = ANY($1::text[])', [ids]);
  return found.length;
}
