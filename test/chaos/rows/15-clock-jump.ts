import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';
import { noDeadLetters } from './07-database-killed.ts';

/** The wall clock of every service jumps; no duration may become negative, and no schedule may stand still. */
export const clockJump: Row = {
  id: '15',
  fault: 'clock jumps of the services: one hour ahead, one hour behind, right again',
  articles: { short: 300, full: 3_000 },
  uncountable: 'by the clocks that jumped, processes started after their first receipts',
  boundMs: { short: 180_000, full: 300_000 },
  deployment: { preload: fileURLToPath(new URL('../clock-jump.ts', import.meta.url)) },
  inject: async (run) => {
    const { instances } = run.deployment;
    for (const jump of ['an hour ahead', 'an hour behind', 'right again']) {
      await run.flow(40);
      await run.strike('fault', () => instances.forEach((instance) => instance.signal('SIGUSR2')));
      await sleep(8_000);
      await run.flow(40);
      for (const instance of instances) {
        const negative = /^(newsmill_\S+) (-\S+)$/m.exec(await instance.metrics());
        if (negative) run.failures.push(`${jump}: ${instance.name} says ${negative[1]} = ${negative[2]}`);
        const live = await fetch(`${instance.url}/livez`);
        if (!live.ok) run.failures.push(`${jump}: ${instance.name} says it does not live`);
      }
    }
  },
  verify: noDeadLetters,
};
