import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceInstance } from '../service-instance.ts';
import type { Row, Run } from '../row.ts';

/** Of a group: a member that goes without a word is missed only after so long. */
const SESSION_MS = 15_000;

/** As an orchestrator does it: the new process is ready before the old one gets SIGTERM. */
export const rollingRestart: Row = {
  id: '3',
  fault: 'rolling restart of each service',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 400_000, full: 600_000 },
  inject: async (run) => {
    for (const name of ['parser', 'enricher', 'store'] as const) {
      const old = run.deployment.service(name);
      const surge = await run.deployment.add(name);
      const gapMs = await longestStandstill(run, async () => {
        await replace(run, old, surge);
        await replace(run, surge, old);
      });
      run.evidence.figures[`${name}: longest time without an article stored, ms`] = gapMs;
      if (gapMs >= SESSION_MS) run.failures.push(`nothing was stored for ${gapMs} ms while the ${name} was restarted`);
    }
    // Its clients know one address: down in between, and newsrooms push again.
    const fetcher = run.deployment.service('fetcher');
    await run.flow(10);
    await run.strike('fault', async () => expectExit(run, fetcher));
    await fetcher.start();
  },
};

async function replace(run: Run, old: ServiceInstance, next: ServiceInstance): Promise<void> {
  await next.start();
  await run.flow(20);
  await run.strike('fault', () => expectExit(run, old));
  await run.flow(20);
}

async function expectExit(run: Run, instance: ServiceInstance): Promise<void> {
  const { code, ms } = await instance.stop();
  if (code !== 0 || ms > 10_000) run.failures.push(`${instance.name} ended with ${code} after ${ms} ms`);
}

/** The longest time in which the number of stored articles did not grow, in milliseconds. */
async function longestStandstill(run: Run, act: () => Promise<void>): Promise<number> {
  const acting = { over: false };
  let [longest, last, grewAt] = [0, 0, performance.now()];
  const watch = async (): Promise<void> => {
    while (!acting.over) {
      const [line] = await run.deployment.query<{ stored: number }>(
        'SELECT count(*)::int AS stored FROM store.article',
      );
      const now = performance.now();
      if (line!.stored > last) [last, grewAt] = [line!.stored, now];
      longest = Math.max(longest, now - grewAt);
      await sleep(100);
    }
  };
  const watching = watch();
  try {
    await act();
  } finally {
    acting.over = true;
    await watching;
  }
  return Math.round(longest);
}
