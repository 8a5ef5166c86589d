import { Logger } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { topicAddress } from '@newsmill/contracts';
import {
  backoff,
  type Consumer,
  createRunner,
  groupOf,
  type HandlerContext,
  type Outcome,
  type RunnerOptions,
  sleep,
  type Stage,
  type StageHandler,
  type StageObserver,
  type Transport,
} from '@newsmill/stage';
import { isObservable, lastValueFrom } from 'rxjs';
import { dependencyOf } from './dependency.js';
import type { Tracing } from './tracing/tracing.js';

export interface StageServerOptions {
  transport: Transport;
  /** Stages this process may host; a handler of any other is refused at start. */
  stages: readonly Stage[];
  prefix: string;
  serviceVersion: string;
  observer: StageObserver;
  tracing: Tracing;
  /** Milliseconds a batch in hand may take to settle on close before it is handed back. */
  shutdownMs: number;
}

export type StageState = 'joining' | 'running' | 'paused' | 'stopped' | 'failed';

export interface StageStatus {
  stage: string;
  state: StageState;
  /** Why it is paused or still joining. */
  reason?: string;
  /** The dependency that it is paused for. */
  waitsFor?: string;
  /** Partitions it holds. */
  assigned: readonly number[];
  /** When the consumer's loop last turned, on the clock of performance.now(); absent before it joined. */
  lastTurn?: number;
}

/** How often the same reason for not joining is told: at every so many tries, which is about every five minutes. */
const TOLD_EVERY = 30;

interface Hosted {
  stage: Stage;
  consumer?: Consumer;
  /** Dependencies that batches in hand wait for: one entry for each waiting batch. */
  waitingFor: string[];
  joinError?: string;
}

/**
 * Runs stages under Nest: every `@StageHandler` becomes a consumer of the transport. Retry, dead letters, outcomes and
 * commit are the runner's; Nest brings the handlers' controllers, their dependencies and the lifecycle.
 */
export class StageServer extends Server implements CustomTransportStrategy {
  /** A handler's failure reaches the runner, so Nest does not report it as well. */
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger('stages');
  private readonly hosted: Hosted[] = [];
  private readonly closing = new AbortController();
  private joins: Promise<void>[] = [];

  constructor(private readonly options: StageServerOptions) {
    super();
  }

  /** Joins in the background: a log that is down at start keeps the service unready, it does not stop it. */
  listen(callback: (error?: unknown) => void): void {
    try {
      for (const [name, handler] of this.messageHandlers) this.hosted.push(this.host(name, handler));
      for (const { name } of this.options.stages) {
        if (!this.messageHandlers.has(name)) throw new Error(`stage ${name} is declared, but no controller handles it`);
      }
    } catch (error) {
      callback(error);
      return;
    }
    this.joins = this.hosted.map((hosted) => this.join(hosted));
    callback();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.joins);
    await Promise.all(this.hosted.map(async ({ consumer }) => consumer?.stop(this.options.shutdownMs)));
  }

  /** The stages that this process hosts. */
  get stages(): readonly Stage[] {
    return this.options.stages;
  }

  stageStatuses(): StageStatus[] {
    return this.hosted.map(({ stage, consumer, waitingFor: [pausedFor], joinError }) => {
      const state = consumer?.state ?? (this.closing.signal.aborted ? 'stopped' : 'joining');
      const reason = pausedFor === undefined ? joinError : `${pausedFor} is down`;
      return {
        stage: stage.name,
        state: state === 'running' && pausedFor !== undefined ? 'paused' : state,
        ...(reason !== undefined && { reason }),
        ...(pausedFor !== undefined && { waitsFor: pausedFor }),
        assigned: consumer?.assigned ?? [],
        ...(consumer && { lastTurn: consumer.lastTurn }),
      };
    });
  }

  /** The handler of a stage, to be run by something else than this server. */
  handlerOf<S extends Stage>(stage: S): StageHandler<S> {
    const handler = this.messageHandlers.get(stage.name);
    if (handler === undefined) throw new Error(`no controller of this process handles stage ${stage.name}`);
    return (events, context) => callHandler(handler, events, context) as Promise<Outcome<S>[]>;
  }

  on(): never {
    throw new Error('StageServer has no events of its own: use stageStatuses()');
  }

  unwrap<T>(): T {
    return this.options.transport as T;
  }

  private host(name: string, handler: MessageHandler): Hosted {
    const stage = this.options.stages.find((candidate) => candidate.name === name);
    if (stage === undefined)
      throw new Error(`@StageHandler("${name}"): no service of this process declares that stage`);
    if (handler.next !== undefined) throw new Error(`stage ${name} has two handlers: a stage holds exactly one`);
    return { stage, waitingFor: [] };
  }

  private async join(hosted: Hosted): Promise<void> {
    const { transport, prefix } = this.options;
    const { stage } = hosted;
    for (let attempt = 1; !this.closing.signal.aborted; attempt += 1) {
      try {
        hosted.consumer = await transport.subscribe({
          topic: topicAddress(prefix, stage.reads),
          group: groupOf(prefix, stage),
          batchSize: stage.policy.batchSize,
          batchBytes: stage.policy.batchBytes,
          gatherMs: stage.policy.gatherMs,
          onBatch: createRunner(this.runnerOptions(hosted)),
        });
        delete hosted.joinError;
        return;
      } catch (error) {
        const { message } = error as Error;
        if (message !== hosted.joinError || attempt % TOLD_EVERY === 0) {
          this.logger.warn(`${stage.name} cannot join yet: ${message}`);
        }
        hosted.joinError = message;
        await sleep(backoff(attempt, 500, 10_000), this.closing.signal).catch(() => undefined);
      }
    }
  }

  private runnerOptions(hosted: Hosted): RunnerOptions<Stage> {
    const { observer, tracing } = this.options;
    return {
      stage: hosted.stage,
      prefix: this.options.prefix,
      serviceVersion: this.options.serviceVersion,
      dependencyOf,
      tracer: tracing.stages,
      handler: timed(this.handlerOf(hosted.stage), (seconds) => observer.handled?.(hosted.stage, seconds)),
      observer: {
        settled: (...args) => observer.settled?.(...args),
        retrying: (...args) => observer.retrying?.(...args),
        paused: (stage, dependency, reason) => {
          if (hosted.waitingFor.push(dependency) === 1) observer.paused?.(stage, dependency, reason);
        },
        resumed: (stage) => {
          hosted.waitingFor.shift();
          if (hosted.waitingFor.length === 0) observer.resumed?.(stage);
        },
      },
    };
  }
}

function timed(handler: StageHandler<Stage>, tell: (seconds: number) => void): StageHandler<Stage> {
  return async (events, context) => {
    const startedAt = performance.now();
    try {
      return await handler(events, context);
    } finally {
      tell((performance.now() - startedAt) / 1000);
    }
  };
}

/** Nest wraps handlers: the result may be an observable, and a failure always is. */
async function callHandler(
  handler: MessageHandler,
  events: unknown[],
  context: HandlerContext,
): Promise<Outcome<Stage>[]> {
  const returned: unknown = await handler(events, context);
  return (isObservable(returned) ? await lastValueFrom(returned) : returned) as Outcome<Stage>[];
}
