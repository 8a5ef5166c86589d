import { until } from '../../../test/support/newsmill-client.ts';
import { SERVICES } from '../installation.ts';
import type { Step } from '../step.ts';

export const evict: Step = {
  id: 'evict',
  what: 'eviction of each pod by the Eviction API, as a drain does it: the disruption budget lets one go at a time',
  boundS: 1_500,
  underLoad: true,
  async run({ installation, inFlight, tell }) {
    let [evicted, held, slowest] = [0, 0, 0];
    for (const service of SERVICES) {
      const [first, second] = await installation.settle(service, 2);
      const open = await inFlight();
      const began = performance.now();
      const gone = await installation.kubernetes.evict(first!.name);
      if (!gone.evicted) throw new Error(`${first!.name} is not evicted: ${gone.told}`);
      const refused = await installation.kubernetes.evict(second!.name);
      if (refused.evicted || !refused.told.includes('disruption budget')) {
        throw new Error(`the budget of the ${service} let both pods go: ${refused.told}`);
      }
      held += 1;
      // As a drain does: it asks again until the budget lets the pod go.
      await until(`${second!.name} may go`, 240_000, async () => {
        const asked = await installation.kubernetes.evict(second!.name);
        return asked.evicted ? true : undefined;
      });
      evicted += 2;
      const pods = await installation.settle(service, 2);
      if (pods.some(({ uid }) => uid === first!.uid || uid === second!.uid))
        throw new Error(`${service}: a pod is still there`);
      const seconds = Math.round((performance.now() - began) / 1000);
      slowest = Math.max(slowest, seconds);
      tell(`${service}: ${open} in flight, both pods replaced in ${seconds} s`);
    }
    return { evicted, 'held back by the budget': held, 'both pods of a service replaced, s at most': slowest };
  },
};
