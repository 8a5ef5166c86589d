/**
 * Preloaded into a service: its wall clock runs an hour ahead after the first SIGUSR2, an hour behind after the second,
 * and right after the third. Timers and performance.now() go on as they are, as with a real jump.
 */
const JUMPS_MS = [3_600_000, -3_600_000, 0];
const RealDate = Date;
let signals = 0;
let offsetMs = 0;

const now = (): number => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});

process.on('SIGUSR2', () => {
  offsetMs = JUMPS_MS[signals++ % JUMPS_MS.length]!;
});
