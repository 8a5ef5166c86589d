import {
  Controller,
  Get,
  Header,
  Inject,
  Injectable,
  type OnModuleDestroy,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import { HealthCheckService, type HealthIndicatorFunction, HealthIndicatorService } from '@nestjs/terminus';
import type { Transport } from '@newsmill/stage';
import type { FastifyReply } from 'fastify';
import { Metrics } from './metrics.js';
import { StageServer } from './stage-server.js';
import { TRANSPORT } from './tokens.js';
import { Untraced } from './tracing/http-spans.js';

/** A consumer loop that has not turned for this many milliseconds is broken. */
const STANDSTILL_MS = 120_000;

/** What a service adds to its own readiness, such as its database. Throws when it is not ready. */
export type ReadinessCheck = () => Promise<unknown>;

/** Name of the transport among the dependencies. */
const LOG = 'log';

/** Answers "may I be sent work?": stages have joined, the log and the databases answer, no shutdown has begun. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private readonly checks = new Map<string, ReadinessCheck>();
  private draining = false;
  private needsLog = true;
  private wasReady = false;

  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(StageServer) private readonly stages: StageServer,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {
    this.checks.set(LOG, () => this.transport.ping());
  }

  /** Adds a dependency of the service under its name. */
  require(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** What must answer, by name. */
  get dependencies(): ReadonlyMap<string, ReadinessCheck> {
    return this.checks;
  }

  /**
   * What this process answers over HTTP it answers without the log as well: once it has been ready, a log that is away
   * is told, but does not take the process away from its clients.
   */
  servesWithoutLog(): void {
    this.needsLog = false;
  }

  /** To be told that everything was there. */
  noteReady(): void {
    this.wasReady = true;
  }

  onModuleDestroy(): void {
    this.draining = true;
  }

  indicatorFunctions(): HealthIndicatorFunction[] {
    const bearsLogLoss = !this.needsLog && this.wasReady;
    const dependencies = [...this.checks].map(([name, check]) => async () => {
      const indicator = this.indicators.check(name);
      return check().then(
        () => indicator.up(),
        (error: unknown) => {
          const { message } = error as Error;
          return name === LOG && bearsLogLoss ? indicator.up({ away: true, message }) : indicator.down({ message });
        },
      );
    });
    const stages = this.stages.stageStatuses().map(({ stage, state, reason, waitsFor, assigned }) => () => {
      const indicator = this.indicators.check(`stage ${stage}`);
      const details = { state, partitions: assigned.length, ...(reason !== undefined && { reason }) };
      const isBorne = bearsLogLoss && (state === 'joining' || (state === 'paused' && waitsFor === LOG));
      return state === 'running' || isBorne ? indicator.up(details) : indicator.down(details);
    });
    const shutdown = () => {
      const indicator = this.indicators.check('shutdown');
      return this.draining ? indicator.down({ message: 'draining' }) : indicator.up();
    };
    return [...dependencies, ...stages, shutdown];
  }
}

@Controller()
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(StageServer) private readonly stages: StageServer,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  /** The loops turn; says nothing of dependencies, which a restart would not mend. */
  @Get('livez')
  @Untraced()
  live(@Res({ passthrough: true }) reply: FastifyReply): { status: 'ok' | 'error'; broken?: string[] } {
    const broken = this.stages
      .stageStatuses()
      .filter(
        ({ state, lastTurn }) =>
          state === 'failed' || (state === 'running' && performance.now() - (lastTurn ?? 0) > STANDSTILL_MS),
      )
      .map(({ stage }) => stage);
    if (broken.length === 0) return { status: 'ok' };
    void reply.status(503);
    return { status: 'error', broken };
  }

  @Get('readyz')
  @Untraced()
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    try {
      const found = await this.health.check(this.readiness.indicatorFunctions());
      this.readiness.noteReady();
      return found;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      void reply.status(503);
      return error.getResponse();
    }
  }

  @Get('metrics')
  @Untraced()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  scrape(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
