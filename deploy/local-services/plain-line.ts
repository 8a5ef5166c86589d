/** Levels of pino's JSON lines that are worth a word; 30 is the ordinary one. */
const levels = new Map<unknown, string>([
  [40, 'WARN '],
  [50, 'ERROR '],
  [60, 'FATAL '],
]);

/** The words of a JSON log line (pino), with the time of day; any other line as it is. */
export function plainLine(line: string): string {
  try {
    const { time, level, msg, err } = JSON.parse(line) as Record<string, unknown>;
    if (typeof msg !== 'string' || typeof time !== 'number') return line;
    const stack = err instanceof Object && 'stack' in err ? `\n${String(err.stack)}` : '';
    return `${new Date(time).toTimeString().slice(0, 8)} ${levels.get(level) ?? ''}${msg}${stack}`;
  } catch {
    return line;
  }
}
