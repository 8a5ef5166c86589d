import type { Rule } from '../rule.js';

const MOST_LINES = 400;

/** A file past 400 lines asks to be split. Specs may be longer, and so may data (`*.data.ts`) and generated files. */
export const fileLength: Rule = ({ modules }) =>
  [...modules.values()]
    .filter(({ path, text }) => !/\.(spec|data)\.ts$/.test(path) && !text.slice(0, 500).includes('@generated'))
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => ({
      path,
      line: MOST_LINES + 1,
      message: `has ${lines} lines, more than ${MOST_LINES}: split it by reason to change`,
    }));
