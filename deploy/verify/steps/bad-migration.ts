import { until } from '../../../test/support/newsmill-client.ts';
import type { Installation } from '../installation.ts';
import type { Pod } from '../kubernetes.ts';
import type { Step } from '../step.ts';

export const failedMigration: Step = {
  id: 'failed-migration',
  what: 'upgrade to a version whose migration fails: the Job stops it, Helm rolls back by itself, no pod is touched',
  boundS: 900,
  underLoad: true,
  async run({ installation }) {
    const tag = brokenTag(installation);
    const before = await installation.kubernetes.pods();
    const { code, all } = await installation.tryUpgrade({ image: { tag } }, 400, '--rollback-on-failure');
    if (code === 0) throw new Error('the upgrade went through');
    const { status, revision } = await installation.status();
    if (status !== 'deployed') throw new Error(`the release is ${status}: ${all.slice(-500)}`);
    expectSame(before, await installation.kubernetes.pods(), ({ uid, restarts }) => `${uid} ${restarts}`);
    return { 'pods touched': 0, release: `deployed, revision ${revision}` };
  },
};

export const missingMigration: Step = {
  id: 'missing-migration',
  what: 'the same version rolled out without its migration: its pods say what is missing and are never ready, the version before serves, Helm rolls back by itself',
  boundS: 1_200,
  underLoad: true,
  async run({ installation }) {
    const tag = brokenTag(installation);
    const before = await installation.kubernetes.pods('store');
    const upgraded = installation.tryUpgrade(
      { image: { tag }, migration: { provision: 'none' } },
      180,
      '--rollback-on-failure',
    );
    const told = await until('a pod of the new version says what is missing', 180_000, async () => {
      const fresh = (await installation.kubernetes.pods('store')).find(({ image }) => image.endsWith(`:${tag}`));
      if (fresh === undefined) return undefined;
      const { error = {} } = (await installation.kubernetes.readiness(fresh.name)) ?? {};
      const message = error['store database']?.message;
      return message?.includes('lacks') ? message : undefined;
    });
    expectServing(before, await installation.kubernetes.pods('store'));
    const { code, all } = await upgraded;
    if (code === 0) throw new Error('the upgrade went through');
    const { status, revision } = await installation.status();
    if (status !== 'deployed') throw new Error(`the release is ${status}: ${all.slice(-500)}`);
    const pods = await until('all pods are of the version before', 240_000, async () => {
      const found = await installation.kubernetes.pods();
      return found.every(({ image, isReady }) => isReady && !image.endsWith(`:${tag}`)) ? found : undefined;
    });
    expectServing(before, pods);
    return { '/readyz': told, release: `deployed, revision ${revision}` };
  },
};

function brokenTag({ images }: Installation): string {
  if (images.broken === undefined) throw new Error('no image of a version with a bad migration is given: --broken-tag');
  return images.broken;
}

function expectSame(before: readonly Pod[], after: readonly Pod[], mark: (pod: Pod) => string): void {
  const [old, now] = [before, after].map((pods) => pods.map(mark).sort().join());
  if (old !== now) throw new Error(`pods have changed: ${JSON.stringify(after)}`);
}

/** The pods of the version before are there and ready. */
function expectServing(before: readonly Pod[], now: readonly Pod[]): void {
  for (const { uid, name } of before) {
    if (!now.some((pod) => pod.uid === uid && pod.isReady))
      throw new Error(`${name} of the version before does not serve`);
  }
}
