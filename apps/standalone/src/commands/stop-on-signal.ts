/** The first SIGINT or SIGTERM lets the work in hand settle; a second one ends the process as ever. */
export function stopOnSignal(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const release = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  const stop = (): void => {
    release();
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: controller.signal, release };
}
