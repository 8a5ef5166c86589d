import { SERVICES } from '../../support/kafka-services.ts';
import { until } from '../../support/newsmill-client.ts';
import type { Row, Run } from '../row.ts';

/** Each service in turn, by process id; the store in the middle of a database transaction. */
export const servicesKilled: Row = {
  id: '1',
  fault: 'kill -9 of each service in mid-batch',
  articles: { short: 300, full: 10_000 },
  boundMs: { short: 180_000, full: 900_000 },
  inject: async (run) => {
    const kills = run.scale === 'full' ? 20 : 4;
    for (let index = 0; index < kills; index += 1) {
      const instance = run.deployment.service(SERVICES[(SERVICES.length - 1 + index * 3) % SERVICES.length]!);
      await run.flow(run.scale === 'full' ? 40 : 20);
      await run.strike('kill', async () => {
        if (instance.name === 'store') await inTransaction(run);
        await instance.kill();
      });
      run.tell(`${instance.name} was killed`);
      await instance.start();
    }
  },
};

/** Resolves while the store has a transaction open, as far as the database tells. @throws Error when it never has */
export async function inTransaction(run: Run): Promise<void> {
  await until('the store is in a transaction', 20_000, async () => {
    const open = await run.deployment.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE application_name = 'newsmill-store' AND xact_start IS NOT NULL AND query LIKE '%INSERT INTO article%'`,
    );
    return open.length > 0 ? true : undefined;
  });
}
