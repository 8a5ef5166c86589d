import { describe, expect, it } from '@jest/globals';
import { JoinedCalls } from './joined-calls.js';

/** Records its runs, and answers each call with itself. */
function recording(fault: (calls: readonly string[]) => Error | undefined = () => undefined) {
  const runs: string[][] = [];
  const joined = new JoinedCalls<string, string>(
    (call) => call[0]!,
    async (calls) => {
      runs.push([...calls]);
      await new Promise((resolve) => setImmediate(resolve));
      const error = fault(calls);
      if (error) throw error;
      return calls;
    },
  );
  return { runs, joined };
}

describe('calls that are joined', () => {
  it('are one run when they come at the same time, and each has its own result', async () => {
    const { runs, joined } = recording();
    expect(await Promise.all(['a', 'b', 'c'].map((call) => joined.make(call)))).toEqual(['a', 'b', 'c']);
    expect(runs).toEqual([['a', 'b', 'c']]);
    expect(await joined.make('d')).toBe('d');
    expect(runs).toHaveLength(2);
  });

  it('have one of a key in a run; the others follow in their order', async () => {
    const { runs, joined } = recording();
    await Promise.all(['a1', 'a2', 'b1', 'a3'].map((call) => joined.make(call)));
    expect(runs).toEqual([['a1', 'b1'], ['a2'], ['a3']]);
  });

  it('are of a bounded number', async () => {
    const { runs, joined } = recording();
    const calls = Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x4e00 + index));
    await Promise.all(calls.map((call) => joined.make(call)));
    expect(runs.map(({ length }) => length)).toEqual([128, 128, 44]);
  });

  it('that cannot be made do no harm to those beside them', async () => {
    const { runs, joined } = recording((calls) => (calls.includes('b') ? new Error('b is ill') : undefined));
    const results = await Promise.allSettled(['a', 'b', 'c'].map((call) => joined.make(call)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(runs).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  it('all fail with a database that is down, which is not asked again for each', async () => {
    const down = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { runs, joined } = recording(() => down);
    const results = await Promise.allSettled(['a', 'b'].map((call) => joined.make(call)));
    expect(results).toEqual([
      { status: 'rejected', reason: down },
      { status: 'rejected', reason: down },
    ]);
    expect(runs).toHaveLength(1);
  });
});
