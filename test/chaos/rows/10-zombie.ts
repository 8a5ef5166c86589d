import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/newsmill-client.ts';
import type { Row } from '../row.ts';

const SESSION_MS = 15_000;

/**
 * One member of each group loses its brokers for longer than its session, with work in hand; a second member takes its
 * partitions over. What the first had sent before passes when the wire heals: it must not count any more.
 */
export const zombie: Row = {
  id: '10',
  fault: 'parser, enricher and store cut off from Kafka for longer than the session timeout, others take over',
  articles: { short: 300, full: 5_000 },
  uncountable: 'members that came later count from their start',
  boundMs: { short: 300_000, full: 900_000 },
  deployment: { throughProxy: ['parser', 'enricher', 'store'] },
  inject: async (run) => {
    const { deployment } = run;
    const [proxy] = deployment.kafkaProxies;
    for (const name of ['parser', 'enricher', 'store'] as const) {
      await (await deployment.add(name, { direct: true })).start();
    }
    const rounds = run.scale === 'full' ? 5 : 1;
    for (let round = 0; round < rounds; round += 1) {
      await run.flow(60);
      await run.strike('fault', () => proxy!.impair({ stalled: true }, ['toServer']));
      await sleep(SESSION_MS + 10_000);
      await until('the others have taken over', 60_000, async () => {
        const [before, stored] = [run.ledger.promised.size, async () => run.inFlight()];
        await sleep(1_000);
        return (await stored()) < 500 && run.ledger.promised.size > before ? true : undefined;
      });
      proxy!.heal();
      await sleep(5_000);
    }
  },
};
