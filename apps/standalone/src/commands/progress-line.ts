/** Milliseconds between lines on a terminal, where a line replaces the last one, and elsewhere. */
const EVERY_MS = { terminal: 500, elsewhere: 10_000 };

/** Tells how far a long work has come: done of total, rate and time left. */
export function createProgressLine(output: NodeJS.WritableStream, isTerminal: boolean) {
  const everyMs = isTerminal ? EVERY_MS.terminal : EVERY_MS.elsewhere;
  const began = performance.now();
  let first: number | undefined;
  let last = began;
  let shown = false;
  return {
    show(done: number, total: number): void {
      first ??= done;
      if (performance.now() - last < everyMs) return;
      last = performance.now();
      const rate = ((done - first) * 1000) / (last - began);
      const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
      const share = total === 0 ? 100 : Math.floor((done * 100) / total);
      const text = `${done}/${total} (${share} %), ${rate.toFixed(rate < 10 ? 1 : 0)}/s${left}`;
      output.write(isTerminal ? `\r\x1b[K${text}` : `newsmill: ${text}\n`);
      shown = true;
    },
    end(): void {
      if (isTerminal && shown) output.write('\r\x1b[K');
    },
  };
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  return `${(whole / 3600).toFixed(1)} h`;
}
