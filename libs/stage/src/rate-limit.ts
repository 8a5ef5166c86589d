import { sleep } from './retry.js';

/**
 * Spreads events evenly: whoever asks waits for its turn.
 * @param rate events a second
 */
export function createRateLimit(rate: number, now: () => number = Date.now) {
  let free = 0;
  return async (events: number, signal: AbortSignal): Promise<void> => {
    const turn = Math.max(free, now());
    free = turn + (events / rate) * 1000;
    if (turn > now()) await sleep(turn - now(), signal);
  };
}
