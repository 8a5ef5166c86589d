import type { Policy } from './define-stage.js';

/** The most that one poison event can cost its partition, from taking the batch to its settlement. */
interface PoisonBound {
  /** Calls of the handler, each of which may take the policy's `timeoutMs`. */
  calls: number;
  /** Milliseconds of waiting between them. */
  waitMs: number;
  /** Milliseconds in all, with every call at its `timeoutMs`. */
  worstMs: number;
}

/**
 * For how long an event that always fails delays its partition at most. Its batch is called twice and halved until the
 * event stands alone; at each halving the other half takes a call of its own; alone it is tried `attempts` times.
 * Several poison events in a batch cost at most their number times this. Waiting for a dependency that is down is not
 * in it: the event does not cause it.
 *
 * @param callMs milliseconds that a call takes, for an estimate other than the worst
 */
export function poisonBound(policy: Omit<Policy, 'gatherMs'>, callMs: number = policy.timeoutMs): PoisonBound {
  const { batchSize, attempts, firstDelayMs, maxDelayMs } = policy;
  const delay = (failures: number): number => Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1));
  let [calls, waitMs] = [attempts, 0];
  for (let failures = 1; failures < attempts; failures += 1) waitMs += delay(failures);
  for (let size = batchSize; size > 1; size = Math.ceil(size / 2)) {
    calls += 3;
    waitMs += delay(1);
  }
  return { calls, waitMs, worstMs: calls * callMs + waitMs };
}
