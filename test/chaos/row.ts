import type { ChaosDeployment, DeploymentOptions } from './deployment.ts';
import type { SentArticle } from './articles.ts';
import type { Ledger } from './ledger.ts';
import type { Load } from './load.ts';

/** How much is done; the matrix is the same. */
export type Scale = 'short' | 'full';

/** One line of the fault matrix, runnable alone. */
export interface Row {
  /** As given with `--row`. */
  id: string;
  fault: string;
  /** Articles pushed at least. */
  articles: Record<Scale, number>;
  /** Articles a second. */
  rate?: number;
  /** Milliseconds for the fault itself, beside start and check. */
  boundMs: Record<Scale, number>;
  deployment?: DeploymentOptions;
  /** In place of small articles. */
  articleOf?(number: number): SentArticle;
  /** Why counters cannot close the account, where the fault itself brings in what no door has counted. */
  uncountable?: string;
  /** Makes the fault while articles flow and ends it. @throws Error when the product or the fault did not do as told */
  inject(run: Run): Promise<void>;
  /** More that must hold at the end. @returns what does not */
  verify?(run: Run): Promise<string[]>;
}

/** What a row works with. */
export interface Run {
  deployment: ChaosDeployment;
  scale: Scale;
  ledger: Ledger;
  load: Load;
  tell(line: string): void;
  evidence: Evidence;
  /** What did not hold, and does not keep the row from going on. */
  failures: string[];
  /** Resolves when that many more articles than now have got a 202. */
  flow(articles: number): Promise<void>;
  /** Resolves when all articles that the row asked for have got a 202. */
  loaded(): Promise<void>;
  /** Articles with a 202 that are not stored yet: work in flight. */
  inFlight(): Promise<number>;
  /** A fault strikes: counts it together with what was in flight. */
  strike(kind: 'kill' | 'fault', act: () => Promise<void> | void): Promise<void>;
}

/** Proof that faults hit work in flight. */
export interface Evidence {
  kills: number;
  faults: number;
  /** Faults with work in flight, and the least of it. */
  hits: number;
  leastInFlight: number;
  /** Warnings of the services: batches that came again, memberships that began anew, publishes tried again. */
  retries: number;
  abortedTransactions: number;
  /** Events that a row knows to have been handled twice. */
  redelivered: number;
  /** Row's own figures, by name. */
  figures: Record<string, number | string>;
}
