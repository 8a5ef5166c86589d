import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** Slow is not down: members stay in their groups, nothing is dropped and memory stays bounded. */
export const slowWires: Row = {
  id: '9',
  fault: 'slow database (300 ms), slow broker (300 ms), thin wire (200 KB/s a connection)',
  articles: { short: 300, full: 2_000 },
  boundMs: { short: 300_000, full: 600_000 },
  rate: 20,
  deployment: { throughProxy: ['fetcher', 'parser', 'enricher', 'store'] },
  inject: async (run) => {
    const { databaseProxy, kafkaProxies, instances } = run.deployment;
    const forMs = run.scale === 'full' ? 60_000 : 20_000;
    const rejoined = () => instances.reduce((sum, instance) => sum + instance.count(/joining anew/), 0);
    const before = rejoined();
    await run.flow(40);
    await run.strike('fault', () => databaseProxy.impair({ latencyMs: 150 }));
    await sleep(forMs);
    databaseProxy.heal();
    await run.strike('fault', () => kafkaProxies.forEach((proxy) => proxy.impair({ latencyMs: 150 })));
    await sleep(forMs);
    await run.strike('fault', () => kafkaProxies.forEach((proxy) => proxy.impair({ bytesPerSecond: 200_000 })));
    await sleep(forMs);
    kafkaProxies.forEach((proxy) => proxy.heal());
    const again = rejoined() - before;
    run.evidence.figures['memberships that began anew'] = again;
    if (again > 0) run.failures.push(`${again} memberships began anew on slow wires`);
  },
};
