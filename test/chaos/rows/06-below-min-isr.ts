import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** Two of three brokers gone: nothing may be acknowledged that one disk alone would have. */
export const belowMinIsr: Row = {
  id: '6',
  fault: 'below min.insync.replicas: kill -9 of 2 of 3 brokers',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 300_000, full: 600_000 },
  uncountable: 'what the broker took and did not answer for is sent again by another producer, and handled twice',
  deployment: { brokers: 3 },
  inject: async (run) => {
    const { kafka } = run.deployment;
    await run.flow(60);
    await run.strike('kill', () => Promise.all([kafka.kill(1), kafka.kill(2)]).then(() => undefined));
    run.evidence.kills += 1;
    run.evidence.hits += 1;
    // What was on its way when they fell may still be confirmed.
    await sleep(2_000);
    const before = run.ledger.promised.size;
    await sleep(20_000);
    const taken = run.ledger.promised.size - before;
    run.evidence.figures['taken by one broker'] = taken;
    if (taken > 0) run.failures.push(`${taken} pushes got a 202 while one broker of three was left`);
    await Promise.all([kafka.restart(1), kafka.restart(2)]);
  },
};
