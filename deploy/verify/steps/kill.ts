import { until } from '../../../test/support/newsmill-client.ts';
import { SERVICES } from '../installation.ts';
import type { Step } from '../step.ts';

export const kill: Step = {
  id: 'kill',
  what: "kill -9 of each pod's process in turn, with work in flight",
  boundS: 1_500,
  underLoad: true,
  async run({ installation, kill: strike, killsProcesses, inFlight, tell }) {
    let [kills, least, slowest] = [0, Infinity, 0];
    for (const service of SERVICES) {
      for (const pod of await installation.kubernetes.pods(service)) {
        const open = await inFlight();
        least = Math.min(least, open);
        const struckAt = performance.now();
        await strike(pod);
        kills += 1;
        await until(`${pod.name} is back`, 240_000, async () => {
          const pods = await installation.kubernetes.pods(service);
          const back = killsProcesses
            ? pods.some(({ uid, restarts, isReady }) => uid === pod.uid && restarts > pod.restarts && isReady)
            : !pods.some(({ uid }) => uid === pod.uid) && pods.length > 1 && pods.every(({ isReady }) => isReady);
          return back ? true : undefined;
        });
        const seconds = Math.round((performance.now() - struckAt) / 1000);
        slowest = Math.max(slowest, seconds);
        tell(`${pod.name}: ${open} in flight, ready again after ${seconds} s`);
      }
    }
    const how = killsProcesses ? 'SIGKILL from the node' : 'deleted without grace';
    return { kills, how, 'in flight at least': least, 'ready again, s at most': slowest };
  },
};
