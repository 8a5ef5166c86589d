import type { Stage } from '@newsmill/stage';
import type { Status } from '@newsmill/store';
import { type Counters, openIn, receivedIn } from './counters.js';

/** Whether the account closes by one way of counting. */
export interface Verdict {
  /** `undefined`: cannot be said. */
  closes: boolean | undefined;
  /** The difference, or why nothing can be said; or what is on its way. */
  told: string;
}

/** Open receipts of which nothing has been heard, and some of their ids. */
export interface Silent {
  count: number;
  ids: readonly string[];
}

/**
 * `received = stored + unchanged + rejected + withdrawn + dead + held + in flight`, from the database: what is open must be on
 * the log, in front of some stage.
 */
export function verdictOfDatabase({ receipts, backlogs }: Status, silent: Silent): Verdict {
  const waiting = backlogs.reduce((sum, { records }) => sum + records, 0);
  if (receipts.open === 0 && waiting === 0) return { closes: true, told: 'nothing is in flight' };
  if (waiting > 0 || silent.count === 0) {
    return { closes: true, told: `${receipts.open} in flight, ${waiting} records wait` };
  }
  const ids = silent.ids.join(', ');
  return { closes: false, told: `${silent.count} are open, and nothing of them waits for any stage: ${ids}` };
}

/** The same from the counters of the processes, which must agree with the database. */
export function verdictOfCounters(
  counters: Counters,
  { receipts, backlogs }: Status,
  firstReceivedAt: Date | undefined,
  stages: readonly Stage[],
): Verdict {
  const { countedFrom } = counters;
  if (countedFrom === undefined) return { closes: undefined, told: 'the metrics do not say since when they count' };
  if (firstReceivedAt !== undefined && countedFrom > firstReceivedAt) {
    const since = countedFrom.toISOString();
    return { closes: undefined, told: `a process counts from its start at ${since}, after the first receipt` };
  }
  const [open, received] = [openIn(counters, stages), receivedIn(counters)];
  if (backlogs.some(({ records }) => records > 0)) {
    return { closes: open >= 0 ? true : undefined, told: `${open} in flight` };
  }
  if (open > 0) return { closes: false, told: `${open} received or re-driven, and not answered for` };
  if (-open > counters.unconfirmed) {
    return { closes: false, told: `${-open} more outcomes than things received: work was repeated` };
  }
  const late = open < 0 ? `, ${-open} of them refused at the door and on the log all the same` : '';
  // What is put on the log again under its own receipt counts at the door each time, and once in the database.
  const again = received - open - receipts.received;
  if (again === 0) return { closes: true, told: `${received - open} received${late}, as in the database` };
  if (again > 0 && again <= counters.unconfirmed) {
    return {
      closes: true,
      told: `${receipts.received} received, as in the database, ${again} of them put on the log again`,
    };
  }
  return { closes: false, told: `${received} received, ${receipts.received} in the database` };
}
