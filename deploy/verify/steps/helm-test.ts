import type { Step } from '../step.ts';

const run: Step['run'] = async ({ installation }) => {
  const said = await installation.test();
  for (const word of ['pushed', 'read', 'withdrawn']) {
    if (!new RegExp(`^${word}`, 'm').test(said)) throw new Error(`the test does not say "${word}": ${said}`);
  }
  return { 'an article': 'pushed, read, withdrawn' };
};

export const helmTest: Step = { id: 'test', what: '`helm test`', boundS: 420, underLoad: false, run };

export const helmTestAgain: Step = {
  id: 'test-again',
  what: '`helm test`, after all of it',
  boundS: 420,
  underLoad: false,
  run,
};
