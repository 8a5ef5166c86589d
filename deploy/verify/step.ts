import type { Ledger } from '../../test/chaos/ledger.ts';
import type { Installation } from './installation.ts';

/** Figures of a step by name, in the order in which they are told. */
export type Figures = Record<string, string | number>;

/** One thing that happens to an installation. */
export interface Step {
  /** As given with `--step`. */
  id: string;
  what: string;
  /** Seconds that it may take. */
  boundS: number;
  /** Whether articles are pushed meanwhile. */
  underLoad: boolean;
  /** @returns its figures @throws Error when the product did not do as promised */
  run(world: World): Promise<Figures>;
}

/** What a step works with. */
export interface World {
  installation: Installation;
  ledger: Ledger;
  tell(line: string): void;
  /** kill -9 of a container's process, from outside of its pod; where no node of ours runs, the pod is deleted without grace. */
  kill(pod: { name: string; containerId: string }): Promise<void>;
  /** Whether {@link kill} is a true SIGKILL of the process. */
  killsProcesses: boolean;
  /** Articles with a 202 that are not stored yet: waits for some. */
  inFlight(): Promise<number>;
}
