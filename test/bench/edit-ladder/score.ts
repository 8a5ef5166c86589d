import { isNamed, isRight, type Case } from './ladder.ts';

/** How the cases of one kind, or of all, came out. */
export interface Score {
  cases: number;
  pages: number;
  right: number;
  /** Of edits: told in the right field and in no other. */
  named: number;
}

export function scoreOf(cases: readonly Case[]): Score {
  return {
    cases: cases.length,
    pages: new Set(cases.map(({ page }) => page)).size,
    right: cases.filter(isRight).length,
    named: cases.filter((one) => one.expected !== undefined && isNamed(one)).length,
  };
}

export const share = (part: number, of: number): number => (of === 0 ? 1 : part / of);

export const churnOf = (cases: readonly Case[]): Case[] => cases.filter(({ expected }) => expected === undefined);
export const editsOf = (cases: readonly Case[]): Case[] => cases.filter(({ expected }) => expected !== undefined);
