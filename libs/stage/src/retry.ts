import { setTimeout as delay } from 'node:timers/promises';

/**
 * Milliseconds to wait before try `attempt` + 1 (first failure: 1): exponential from `firstMs`, capped, with the upper
 * half jittered so that stages which failed together do not come back together.
 */
export function backoff(attempt: number, firstMs: number, maxMs: number, random: () => number = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random());
}

/** Waits; rejects with the signal's reason when it is aborted. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await delay(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
