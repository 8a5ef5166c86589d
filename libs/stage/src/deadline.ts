/** Waits for the work until the signal is aborted. @throws what `reason` gives then */
export async function withDeadline<T>(work: Promise<T>, signal: AbortSignal, reason: () => unknown): Promise<T> {
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, rejectWith) => {
    onAbort = () => rejectWith(reason());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
