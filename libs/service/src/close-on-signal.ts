/**
 * SIGTERM and SIGINT close in order, then the process ends with 0. A second signal ends it at once with 1; so does a
 * close that fails.
 *
 * @param withinMs a close that takes longer is cut off, and the process ends with 0 all the same: only for processes
 *   whose work in hand others take over when they end at any moment.
 */
export function closeOnSignal(close: () => Promise<void>, withinMs?: number): void {
  let closing = false;
  const onSignal = (): void => {
    if (closing) process.exit(1);
    closing = true;
    if (withinMs !== undefined) {
      setTimeout(() => {
        process.stderr.write(`newsmill: not closed within ${withinMs} ms; what is in hand is left to others\n`);
        process.exit(0);
      }, withinMs);
    }
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`newsmill: did not close in order: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
