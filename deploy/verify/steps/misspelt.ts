import type { Step } from '../step.ts';

export const misspelt: Step = {
  id: 'misspelt',
  what: 'an upgrade with a misspelt value and a misspelt setting: refused by the schema before anything changes',
  boundS: 180,
  underLoad: true,
  async run({ installation }) {
    const before = await installation.status();
    const pods = (await installation.kubernetes.pods()).map(({ uid }) => uid).sort();
    const { code, all } = await installation.tryUpgrade(
      { parser: { replica: 3, settings: { NEWSMILL_LOG_LEVELL: 'debug' } } },
      60,
    );
    for (const name of ['replica', 'NEWSMILL_LOG_LEVELL']) {
      if (code === 0 || !all.includes(`'${name}'`))
        throw new Error(`${name} is not refused by name: ${all.slice(-800)}`);
    }
    const after = await installation.status();
    const still = (await installation.kubernetes.pods()).map(({ uid }) => uid).sort();
    if (after.revision !== before.revision || still.join() !== pods.join()) throw new Error('something has changed');
    return { 'refused by name': 2, revision: `${after.revision}, as before` };
  },
};
