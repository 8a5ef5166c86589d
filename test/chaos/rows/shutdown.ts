import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '../../support/kafka-services.ts';
import type { ServiceName } from '../deployment.ts';
import type { Row, Run } from '../row.ts';
import { inTransaction } from './01-services-killed.ts';

const EXIT_MS = 10_000;

/** SIGTERM in mid-batch, with everything well and with what a service needs gone or silent. */
export const shutdown: Row = {
  id: 'shutdown',
  fault: 'SIGTERM in mid-batch: all well, broker down, PostgreSQL down, PostgreSQL silent so that a handler hangs',
  articles: { short: 300, full: 5_000 },
  boundMs: { short: 400_000, full: 600_000 },
  inject: async (run) => {
    const { deployment } = run;
    const { kafka, databaseProxy } = deployment;
    await inCase(
      run,
      'all well',
      SERVICES,
      async () => undefined,
      async () => undefined,
    );
    await inCase(
      run,
      'broker down',
      SERVICES,
      () => kafka.kill(0),
      () => kafka.restart(0),
    );
    await inCase(
      run,
      'PostgreSQL down',
      ['store', 'fetcher'],
      async () => databaseProxy.cut(),
      async () => databaseProxy.heal(),
    );
    await inCase(
      run,
      'a handler hangs',
      ['store'],
      async () => databaseProxy.impair({ stalled: true }),
      async () => databaseProxy.heal(),
    );
  },
};

async function inCase(
  run: Run,
  name: string,
  services: readonly ServiceName[],
  begin: () => Promise<void>,
  end: () => Promise<void>,
): Promise<void> {
  await run.flow(30);
  const instances = services.map((service) => run.deployment.service(service));
  let exits: { code: number | string; ms: number }[] = [];
  await run.strike('fault', async () => {
    await inTransaction(run);
    await begin();
    // Long enough to have noticed.
    await sleep(name === 'all well' ? 0 : 3_000);
    exits = await Promise.all(instances.map((instance) => instance.stop(40_000)));
  });
  await end();
  for (const instance of instances) instance.launch();
  await Promise.all(instances.map((instance) => instance.ready()));
  exits.forEach(({ code, ms }, index) => {
    run.evidence.figures[`${name}: ${services[index]}`] = `exit ${code} after ${ms} ms`;
  });
  const late = exits.findIndex(({ code, ms }) => code !== 0 || ms > EXIT_MS);
  if (late >= 0)
    run.failures.push(`${name}: ${services[late]} ended with ${exits[late]!.code} after ${exits[late]!.ms} ms`);
}
