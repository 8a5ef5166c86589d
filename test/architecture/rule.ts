import type { Workspace } from './workspace.js';

/** A place that breaks a rule, and why the rule stands. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Looks at the structure alone: no disk, no clock. */
export type Rule = (workspace: Workspace) => Violation[];

/** `path:line message`, as editors and terminals link it. */
export function tell({ path, line, message }: Violation): string {
  return `${path}:${line} ${message}`;
}
