import { setTimeout as sleep } from 'node:timers/promises';
import type { Row, Run } from '../row.ts';
import { inTransaction } from './01-services-killed.ts';

/** PostgreSQL away: stages that need it wait, what they need waits on the log, and nothing goes to the dead letters. */
export const databaseKilled: Row = {
  id: '7',
  fault: 'kill -9 of PostgreSQL, down for a time',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 180_000, full: 300_000 },
  inject: async (run) => {
    const downMs = run.scale === 'full' ? 60_000 : 20_000;
    await run.flow(40);
    await run.strike('kill', async () => {
      await inTransaction(run);
      await run.deployment.killPostgres();
    });
    const before = run.ledger.promised.size;
    await sleep(downMs);
    const taken = run.ledger.promised.size - before;
    run.evidence.figures['seconds down'] = downMs / 1000;
    run.evidence.figures['taken while down'] = taken;
    await run.deployment.startPostgres();
    if (taken === 0) throw new Error('no push was taken while the database was down');
  },
  verify: async (run) => noDeadLetters(run),
};

/** @returns a problem where anything is among the dead letters */
export async function noDeadLetters(run: Run): Promise<string[]> {
  const output = await run.deployment.newsmill('status', '--json');
  const { deadLetters } = JSON.parse(output.slice(output.indexOf('{'))) as { deadLetters: Record<string, number> };
  return Object.entries(deadLetters)
    .filter(([, count]) => count > 0)
    .map(([stage, count]) => `${count} dead letters of ${stage}`);
}
