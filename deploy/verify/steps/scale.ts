import { until } from '../../../test/support/newsmill-client.ts';
import { type Installation, SERVICES } from '../installation.ts';
import type { Figures, Step } from '../step.ts';

export const scale: Step = {
  id: 'scale',
  what: 'each stage from one replica to three and back to one',
  boundS: 1_800,
  underLoad: true,
  async run({ installation, inFlight, tell }) {
    const figures: Figures = {};
    for (const service of SERVICES) {
      await installation.scale(service, 1);
      await installation.settle(service, 1);
      await inFlight();
      const began = performance.now();
      await installation.scale(service, 3);
      const pods = await installation.settle(service, 3);
      const shares = await until(`the partitions of the ${service} are shared`, 120_000, () =>
        sharesOf(
          installation,
          pods.map(({ name }) => name),
        ),
      );
      const up = Math.round((performance.now() - began) / 1000);
      await installation.scale(service, 1);
      await installation.settle(service, 1);
      const seconds = Math.round((performance.now() - began) / 1000);
      figures[service] = `${shares} after ${up} s, back after ${seconds} s`;
      tell(`${service}: ${figures[service]}`);
    }
    return figures;
  },
};

/** Partitions of each pod, by stage: `fetch 2+2+2`. Undefined while one has none. */
async function sharesOf(installation: Installation, pods: readonly string[]): Promise<string | undefined> {
  const shares = new Map<string, number[]>();
  for (const pod of pods) {
    const { details = {} } = (await installation.kubernetes.readiness(pod)) ?? {};
    for (const [name, { partitions }] of Object.entries(details)) {
      if (name.startsWith('stage ')) shares.set(name.slice(6), [...(shares.get(name.slice(6)) ?? []), partitions ?? 0]);
    }
  }
  const told = [...shares].map(([stage, counts]) => `${stage} ${counts.join('+')}`).join(', ');
  const isShared = [...shares.values()].every(
    (counts) => counts.length === pods.length && counts.every((count) => count > 0),
  );
  return shares.size > 0 && isShared ? told : undefined;
}
