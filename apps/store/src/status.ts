import { topicAddress, topics } from '@newsmill/contracts';
import {
  type Backlog,
  backlogOf,
  type DeadLetterCounter,
  groupOf,
  hangingByTopic,
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
  const addresses = topics.map((topic) => topicAddress(prefix, topic));
  return [...(await hangingByTopic(transactions, addresses)).values()]
    .flat()
    .map(({ topic, partition, producerId, startOffset, lastWriteAt }) => ({
      ...{ topic, partition },
      producerId: String(producerId),
      startOffset: String(startOffset),
      lastWriteAt: new Date(lastWriteAt).toISOString(),
    }));
}
