import type { Step } from '../step.ts';

/** What Pod Security "restricted" has to refuse. */
const PRIVILEGED = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'privileged' },
  spec: { containers: [{ name: 'one', image: 'none', securityContext: { privileged: true } }] },
};

export const install: Step = {
  id: 'install',
  what: 'the chart installed into a namespace that enforces Pod Security "restricted"; Kafka over TLS with SCRAM, PostgreSQL with verify-full',
  boundS: 600,
  underLoad: false,
  async run({ installation }) {
    await installation.prepare();
    const refused = await installation.kubernetes.tryKubectl(['apply', '-f', '-'], JSON.stringify(PRIVILEGED));
    if (!refused.all.includes('violates PodSecurity')) throw new Error(`a privileged pod is let in: ${refused.all}`);
    await installation.upgrade();
    await installation.findDoors();
    const pods = await installation.kubernetes.pods();
    const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0);
    return { 'pods ready': pods.filter(({ isReady }) => isReady).length, restarts, 'a privileged pod': 'refused' };
  },
};
