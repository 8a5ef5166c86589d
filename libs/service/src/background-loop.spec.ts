import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { BackgroundLoop, type BackgroundLoopOptions, type Round } from './background-loop.js';

function loopOf(round: Round, options: Partial<BackgroundLoopOptions> = {}): { loop: BackgroundLoop; told: string[] } {
  const told: string[] = [];
  const logger = { warn: (message: string) => void told.push(message) };
  return { loop: new BackgroundLoop({ does: 'count', logger, everyMs: 1, ...options }, round), told };
}

/** Resolves with the round of that number. */
function untilRound(number: number, work: (round: number) => boolean | void): { round: Round; reached: Promise<void> } {
  let count = 0;
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const round = (): Promise<boolean | void> => {
    count += 1;
    if (count === number) resolve();
    return Promise.resolve().then(() => work(count));
  };
  return { round, reached };
}

describe('a background loop', () => {
  it('does round after round until it is stopped', async () => {
    let rounds = 0;
    const { round, reached } = untilRound(3, () => void (rounds += 1));
    const { loop } = loopOf(round);
    loop.start();
    await reached;
    await loop.stop();
    const done = rounds;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(rounds).toBe(done);
    expect(rounds).toBeGreaterThanOrEqual(3);
  });

  it('does not pause while there is more', async () => {
    const { round, reached } = untilRound(100, (count) => count < 100);
    const { loop } = loopOf(round, { everyMs: 3_600_000 });
    loop.start();
    await reached;
    await loop.stop();
  });

  it('goes on after failures, and tells of the first of a row', async () => {
    const { round, reached } = untilRound(6, (count) => {
      if (count !== 3) throw new Error(`fault ${count}`);
    });
    const { loop, told } = loopOf(round, { maxPauseMs: 1 });
    loop.start();
    await reached;
    await loop.stop();
    expect(told).toEqual(['cannot count, tries again: fault 1', 'cannot count, tries again: fault 4']);
  });

  it('waits for the round in hand when it is stopped, and tells it so', async () => {
    let isDone = false;
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { loop } = loopOf(async (signal) => {
      begin();
      await once(signal, 'abort');
      await new Promise((resolve) => setTimeout(resolve, 5));
      isDone = true;
    });
    loop.start();
    await begun;
    await loop.stop();
    expect(isDone).toBe(true);
  });

  it('waits no longer than the grace', async () => {
    const { promise: never } = Promise.withResolvers<void>();
    const { loop } = loopOf(() => never, { graceMs: 1 });
    loop.start();
    await loop.stop();
  });

  it('that was never started has nothing to wait for', async () => {
    await loopOf(() => Promise.resolve()).loop.stop();
  });
});
