import type { Step } from '../step.ts';

export const rollingUpgrade: Step = {
  id: 'upgrade',
  what: 'rolling upgrade under load to a version with a migration more: both versions side by side on the new schema',
  boundS: 900,
  underLoad: true,
  async run({ installation, inFlight }) {
    const { next } = installation.images;
    if (next === undefined) throw new Error('no image of a next version is given: --next-tag');
    const before = new Map((await installation.kubernetes.pods()).map((pod) => [pod.uid, pod.image]));
    const open = await inFlight();
    await installation.upgrade({ image: { tag: next } }, 700);
    const after = await installation.kubernetes.pods();
    const kept = after.filter(({ uid }) => before.has(uid));
    if (kept.length > 0) throw new Error(`${kept.length} pods were not replaced`);
    if (!after.every(({ image, isReady }) => isReady && image.endsWith(`:${next}`))) {
      throw new Error(`not all pods are of ${next} and ready: ${JSON.stringify(after)}`);
    }
    return { 'pods replaced': after.length, 'in flight at the start': open };
  },
};
