import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';
import { inTransaction } from './01-services-killed.ts';
import { noDeadLetters } from './07-database-killed.ts';

/** The wire to PostgreSQL is reset while a transaction is open: whether it was committed nobody can tell. */
export const databaseCut: Row = {
  id: '8',
  fault: 'connections to PostgreSQL reset in mid-transaction',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 120_000, full: 300_000 },
  inject: async (run) => {
    const cuts = run.scale === 'full' ? 20 : 5;
    for (let index = 0; index < cuts; index += 1) {
      await run.flow(20);
      await run.strike('fault', async () => {
        await inTransaction(run);
        const connections = run.deployment.databaseProxy.reset();
        if (connections === 0) throw new Error('there was no connection to reset');
      });
      await sleep(1_000);
    }
    run.evidence.figures['connections reset'] = run.deployment.databaseProxy.resets;
  },
  verify: noDeadLetters,
};
