import { describe, expect, it } from '@jest/globals';
import { JointCommits } from './joint-commits.js';

/** Notes the requests; each is answered by hand. */
function bench() {
  const requests: { offsets: [number, bigint][]; answer: PromiseWithResolvers<void> }[] = [];
  const commits = new JointCommits((offsets) => {
    const answer = Promise.withResolvers<void>();
    requests.push({ offsets: [...offsets], answer });
    return answer.promise;
  });
  return { commits, requests };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

const { signal } = new AbortController();

describe('JointCommits', () => {
  it('sends what comes in one turn together, and what comes meanwhile in the next request', async () => {
    const { commits, requests } = bench();
    const first = [commits.commit(0, 5n, signal), commits.commit(3, 7n, signal)];
    await until(() => requests.length === 1);
    const second = [commits.commit(1, 2n, signal), commits.commit(2, 9n, signal)];
    requests[0]!.answer.resolve();
    await Promise.all(first);
    await until(() => requests.length === 2);
    requests[1]!.answer.resolve();
    await Promise.all(second);
    expect(requests.map(({ offsets }) => offsets)).toEqual([
      [
        [0, 5n],
        [3, 7n],
      ],
      [
        [1, 2n],
        [2, 9n],
      ],
    ]);
  });

  it('tells a failure to all that went with it, and goes on', async () => {
    const { commits, requests } = bench();
    const failing = Promise.allSettled([commits.commit(0, 1n, signal), commits.commit(1, 1n, signal)]);
    await until(() => requests.length === 1);
    requests[0]!.answer.reject(new Error('rebalance'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = commits.commit(0, 1n, signal);
    await until(() => requests.length === 2);
    requests[1]!.answer.resolve();
    await expect(again).resolves.toBeUndefined();
  });

  it('leaves out a partition that was lost before its request began, and resolves one that was lost after', async () => {
    const { commits, requests } = bench();
    const [before, after] = [new AbortController(), new AbortController()];
    const lost = commits.commit(0, 1n, before.signal);
    const kept = commits.commit(1, 4n, after.signal);
    before.abort(new Error('went to another member'));
    await expect(lost).rejects.toThrow('went to another member');
    await until(() => requests.length === 1);
    after.abort();
    requests[0]!.answer.resolve();
    await kept;
    expect(requests.map(({ offsets }) => offsets)).toEqual([[[1, 4n]]]);
  });
});
