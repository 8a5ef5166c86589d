import { topicAddress } from '@newsmill/contracts';
import { type Backlog, backlogOf, type DeadLetterCounter, groupOf, type Stage, type Transport } from '@newsmill/stage';
import type { Flow, ReceiptStore } from './receipt-store.js';

export interface StageBacklog extends Backlog {
  stage: string;
  /** Milliseconds for which the oldest record has waited. */
  oldestMs?: number;
}

/** What came in, where it is now, and whether everything is answered for. */
export interface Status {
  at: string;
  /** From the database: what became of each thing received. Survives every restart. */
  receipts: Flow;
  /** From the log: what waits for each stage. */
  backlogs: StageBacklog[];
  /** From the log: dead letters by stage, neither re-driven nor dropped. */
  deadLetters: Record<string, number>;
}

export interface StatusSources {
  receipts: ReceiptStore;
  transport: Transport;
  prefix: string;
  stages: readonly Stage[];
  letters: DeadLetterCounter;
}

/** The backlogs before the receipts: what is on its way when it is looked for is then not missed in both. */
export async function readStatus({ receipts, transport, prefix, stages, letters }: StatusSources): Promise<Status> {
  const now = Date.now();
  const backlogs: StageBacklog[] = [];
  for (const stage of stages) {
    const backlog = await backlogOf(transport, topicAddress(prefix, stage.reads), groupOf(prefix, stage));
    const { oldestAt } = backlog;
    backlogs.push({
      stage: stage.name,
      ...backlog,
      ...(oldestAt !== undefined && { oldestMs: Math.max(0, now - oldestAt) }),
    });
  }
  return {
    at: new Date(now).toISOString(),
    backlogs,
    deadLetters: Object.fromEntries(await letters.count()),
    receipts: await receipts.flow(),
  };
}
