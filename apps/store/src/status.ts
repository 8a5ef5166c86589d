import { topicAddress, topics } from '@newsmill/contracts';
import {
  type Backlog,
  backlogOf,
  type DeadLetterCounter,
  groupOf,
  hangingTransactions,
  type Stage,
  type Transport,
} from '@newsmill/stage';
import type { Flow, ReceiptStore } from './receipt-store.js';

export interface StageBacklog extends Backlog {
  stage: string;
  /** Milliseconds for which the oldest record has waited. */
  oldestMs?: number;
}

/** A transaction that nobody ends: what stands behind its start is shown to nobody. */
export interface Hanging {
  topic: string;
  partition: number;
  producerId: string;
  startOffset: string;
  lastWriteAt: string;
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
  /** From the log, of topics that this user may read. Lag does not tell of what they hold up. */
  hanging: Hanging[];
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
    hanging: await hangingIn(transport, prefix),
    receipts: await receipts.flow(),
  };
}

async function hangingIn({ transactions }: Transport, prefix: string): Promise<Hanging[]> {
  if (transactions === undefined) return [];
  const asked = topics.map((topic) => hangingTransactions(transactions, topicAddress(prefix, topic)));
  const answered = (await Promise.allSettled(asked)).filter((answer) => answer.status === 'fulfilled');
  return answered
    .flatMap(({ value }) => value)
    .map(({ topic, partition, producerId, startOffset, lastWriteAt }) => ({
      ...{ topic, partition },
      producerId: String(producerId),
      startOffset: String(startOffset),
      lastWriteAt: new Date(lastWriteAt).toISOString(),
    }));
}
