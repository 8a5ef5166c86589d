import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** The only broker, down for some seconds each time; producers and consumers recover by themselves. */
export const brokerKilled: Row = {
  id: '4',
  fault: 'kill -9 of the broker, and restart',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 180_000, full: 600_000 },
  uncountable: 'what the broker took and did not answer for is sent again by another producer, and handled twice',
  inject: async (run) => {
    const kills = run.scale === 'full' ? 5 : 2;
    for (let index = 0; index < kills; index += 1) {
      await run.flow(40);
      await run.strike('kill', () => run.deployment.kafka.kill(0));
      await sleep(index === 0 ? 0 : 5_000);
      await run.deployment.kafka.restart(0);
    }
  },
};
