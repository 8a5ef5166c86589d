import type { EventOf, Topic } from '@newsmill/contracts';
import type { Defer, Done, Emission, Fail, Reject, Skip } from './outcome.js';
import type { TraceContext } from './trace-context.js';
import type { Headers } from './transport.js';

export interface Policy {
  /** Most events handed to the handler at once. */
  batchSize: number;
  /** Encoded events of a batch stay under this many bytes unless a single one is larger. */
  batchBytes: number;
  /** Milliseconds to wait after something came, for more to come: for what is cheap in large batches and not urgent. */
  gatherMs: number;
  /** How often one event is tried alone before it goes to the dead letters. */
  attempts: number;
  /** Milliseconds before the second try; doubles with each further one, jittered. */
  firstDelayMs: number;
  maxDelayMs: number;
  /** Milliseconds a call of the handler may take; over it, the call counts as failed. */
  timeoutMs: number;
}

const DEFAULT_POLICY: Policy = {
  batchSize: 64,
  batchBytes: 4 * 1024 * 1024,
  gatherMs: 0,
  attempts: 5,
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  timeoutMs: 120_000,
};

/** One step: reads one topic, writes some, holds one handler and one policy. */
export interface Stage<Reads extends Topic = Topic, Writes extends readonly Topic[] = readonly Topic[]> {
  readonly name: string;
  readonly description: string;
  readonly reads: Reads;
  readonly writes: Writes;
  readonly policy: Policy;
  /** Whether settled batches are told on the outcomes topic. */
  readonly reports: boolean;
}

export interface StageDefinition<Reads extends Topic, Writes extends readonly Topic[]> {
  name: string;
  description: string;
  reads: Reads;
  writes: Writes;
  policy?: Partial<Policy>;
  /** Only a stage that reads the outcomes themselves says `false`. */
  reports?: boolean;
}

const STAGE_NAME = /^[a-z][a-z0-9-]*$/;

/**
 * Declares a stage. Consumer group, dead-letter topic, metrics and documents are derived from it.
 * @throws TypeError when the name is not lower-case kebab, or a policy figure is not positive.
 */
export function defineStage<Reads extends Topic, const Writes extends readonly Topic[]>(
  definition: StageDefinition<Reads, Writes>,
): Stage<Reads, Writes> {
  if (!STAGE_NAME.test(definition.name)) {
    throw new TypeError(`stage name "${definition.name}": use lower-case letters, digits and hyphens`);
  }
  const policy = { ...DEFAULT_POLICY, ...definition.policy };
  const { gatherMs, ...figures } = policy;
  if (!(gatherMs >= 0))
    throw new TypeError(`stage ${definition.name}: policy.gatherMs is ${gatherMs}, must be 0 or above`);
  for (const [setting, value] of Object.entries(figures)) {
    if (!(value > 0)) throw new TypeError(`stage ${definition.name}: policy.${setting} is ${value}, must be above 0`);
  }
  return { reports: true, ...definition, policy };
}

/** What a handler may return for one event of the stage. The compiler refuses an emit to an undeclared topic. */
export type Outcome<S extends Stage> =
  Emission<S['writes'][number]> | readonly Emission<S['writes'][number]>[] | Skip | Reject | Defer | Done | Fail;

/** Where one event stood and under which id it came. */
export interface EventMeta {
  /** CloudEvents id and source; stable over redeliveries. */
  id: string;
  source: string;
  topic: string;
  partition: number;
  offset: bigint;
  timestamp: number;
  /** As they stand on the log. */
  headers: Headers;
  /** The replays that it came through, for {@link compareReplays}; absent for live traffic. */
  replay?: string;
  /** Its span, or the one that it came of where none is made: what comes of the event continues from there. */
  trace?: TraceContext;
}

export interface HandlerContext {
  /** One for each event, in their order. */
  metas: readonly EventMeta[];
  /** Aborted on shutdown, on a lost partition and after the policy's `timeoutMs`. */
  signal: AbortSignal;
}

/** One outcome for each event, in their order. Handlers may see an event twice: effects must be idempotent. */
export type StageHandler<S extends Stage> = (
  events: EventOf<S['reads']>[],
  context: HandlerContext,
) => Outcome<S>[] | Promise<Outcome<S>[]>;

/** The consumer group of a stage. */
export function groupOf(prefix: string, stage: Pick<Stage, 'name'>): string {
  return `${prefix}.${stage.name}`;
}
