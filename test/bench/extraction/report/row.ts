import type { PageScore } from '../score/page-score.ts';

/** One line of the report. */
export interface Row {
  name: string;
  kind: 'own' | 'floor' | 'peer' | 'stored';
  /** Absent where it was not measured. */
  pagesPerCpuSecond?: number | undefined;
  /** By page. Absent for floors. */
  scores?: ReadonlyMap<string, PageScore> | undefined;
  failures: number;
}
