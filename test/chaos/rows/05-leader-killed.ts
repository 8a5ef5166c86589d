import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** Each broker in turn leads some partitions, groups and transactions: its followers take over. */
export const leaderKilled: Row = {
  id: '5',
  fault: 'kill -9 of leaders: each of 3 brokers in turn, replication 3, two in sync needed',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 400_000, full: 900_000 },
  uncountable: 'what the broker took and did not answer for is sent again by another producer, and handled twice',
  deployment: { brokers: 3 },
  inject: async (run) => {
    const { kafka } = run.deployment;
    for (let broker = 0; broker < 3; broker += 1) {
      await run.flow(40);
      await run.strike('kill', () => kafka.kill(broker));
      await run.flow(40);
      await kafka.restart(broker);
      // Two brokers are needed: the next falls only when this one has caught up.
      await sleep(10_000);
    }
  },
};
