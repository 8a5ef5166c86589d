import { describe, expect, it } from '@jest/globals';
import { ByteBudget } from './byte-budget.js';

const { signal } = new AbortController();
const turn = () => new Promise(setImmediate);

/** Takes bytes and notes it. */
function taker(budget: ByteBudget) {
  const taken: string[] = [];
  const take = async (name: string, bytes: number, heed = signal) => {
    const release = await budget.take(bytes, heed);
    taken.push(name);
    return release;
  };
  return { taken, take };
}

describe('ByteBudget', () => {
  it('lets those wait who want more than is left, and serves them in their order', async () => {
    const { taken, take } = taker(new ByteBudget(10));
    const first = await take('a', 6);
    const [second, third] = [take('b', 6), take('c', 1)];
    await turn();
    expect(taken).toEqual(['a']);
    first();
    first();
    await Promise.all([second, third]);
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  it('grants what is larger than all of it when nothing else is in hand', async () => {
    const { taken, take } = taker(new ByteBudget(10));
    const small = await take('small', 1);
    const large = take('large', 100);
    await turn();
    expect(taken).toEqual(['small']);
    small();
    (await large)();
    await take('next', 10);
    expect(taken).toEqual(['small', 'large', 'next']);
  });

  it('forgets a claim that is given up, and serves those behind it', async () => {
    const { taken, take } = taker(new ByteBudget(10));
    await take('a', 6);
    const gone = new AbortController();
    const given = take('b', 6, gone.signal);
    const behind = take('c', 4);
    gone.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    await behind;
    await expect(take('d', 1, gone.signal)).rejects.toThrow('gone');
    expect(taken).toEqual(['a', 'c']);
  });
});
