import type { Growth } from '../linear.ts';
import { table } from './markdown.ts';

export function growthTable(growth: readonly Growth[]): string {
  return table(
    ['shape', 'characters', 'ms', 'ms at ×10', 'per character, ×10 to ×1'],
    growth.map(({ shape, characters, once, tenTimes, ratio }) => [
      shape,
      String(characters),
      once.toFixed(1),
      tenTimes.toFixed(1),
      ratio.toFixed(2),
    ]),
  );
}
