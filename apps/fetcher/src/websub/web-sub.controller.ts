import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { Problem, StreamedBody } from '@newsmill/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CLOCK } from '../fetcher.tokens.js';
import { RequestBodies } from '../push/request-body.js';
import { Notifications } from './notifications.js';
import { Subscriptions } from './subscriptions.js';
import { WebSubMetrics } from './web-sub-metrics.js';

/** Largest notification, in bytes; a feed that is larger is polled. 4 MiB. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Notifications handled side by side by one process; whoever comes then is asked to come again. */
const SIDE_BY_SIDE = 4;

/** The token that was given to the hub. */
const token = z.string().regex(/^[\w-]{43}$/);

const verification = z.discriminatedUnion('hub.mode', [
  z.object({
    'hub.mode': z.literal('subscribe'),
    'hub.topic': z.string().max(2_048),
    'hub.challenge': z.string().min(1).max(1_024),
    'hub.lease_seconds': z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number)
      .refine((seconds) => seconds > 0),
  }),
  z.object({
    'hub.mode': z.literal('unsubscribe'),
    'hub.topic': z.string().max(2_048),
    'hub.challenge': z.string().min(1).max(1_024),
  }),
  z.object({
    'hub.mode': z.literal('denied'),
    'hub.topic': z.string().max(2_048),
    'hub.reason': z.string().max(4_096).default(''),
  }),
]);

/** Where hubs come: to verify what was asked of them, and to tell what is new (W3C WebSub sections 5.3 and 7). */
@Controller('v1/websub')
export class WebSubController {
  private underWay = 0;

  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly notifications: Notifications,
    private readonly bodies: RequestBodies,
    private readonly metrics: WebSubMetrics,
    @Inject(CLOCK) private readonly clock: () => Date,
  ) {}

  /** What the hub reads back is its own challenge, never as anything that a browser would run. */
  @Get(':token')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('x-content-type-options', 'nosniff')
  @Header('cache-control', 'no-store')
  async verify(@Param('token') path: string, @Query() query: unknown): Promise<string> {
    const read = verification.safeParse(query);
    if (!token.safeParse(path).success || !read.success) throw unknownSubscription();
    const { data } = read;
    const topic = data['hub.topic'];
    if (data['hub.mode'] === 'denied') {
      if (await this.subscriptions.deny(path, topic, data['hub.reason'], this.clock())) return '';
      throw unknownSubscription();
    }
    const leaseSeconds = data['hub.mode'] === 'subscribe' ? data['hub.lease_seconds'] : 0;
    const asked = { mode: data['hub.mode'], topic, leaseSeconds };
    if (!(await this.subscriptions.verify(path, asked, this.clock()))) throw unknownSubscription();
    return data['hub.challenge'];
  }

  /** 202 also for what is ignored, as the Recommendation asks: who sends a forgery learns nothing. */
  @Post(':token')
  @HttpCode(202)
  @StreamedBody()
  async notify(
    @Param('token') path: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const known = token.safeParse(path).success ? await this.subscriptions.find(path, this.clock()) : undefined;
    if (known === undefined || !known.isRunning) {
      this.metrics.notified('unknown');
      if (known === undefined) throw unknownSubscription();
      throw new Problem(410, 'the subscription has ended');
    }
    if (this.underWay >= SIDE_BY_SIDE) {
      this.metrics.notified('refused');
      throw new Problem(503, 'too much is being received at once; send again', [], { 'retry-after': '5' });
    }
    this.underWay += 1;
    try {
      const body = await this.bodies.read(request, reply, MAX_BODY_BYTES);
      const { 'content-type': contentType, 'x-hub-signature': signature } = request.headers;
      const notification = { body, contentType, signature: typeof signature === 'string' ? signature : undefined };
      this.metrics.notified(await this.notifications.take(known, notification));
    } catch (error) {
      this.metrics.notified(error instanceof Problem && error.status === 413 ? 'too-large' : 'failed');
      throw error;
    } finally {
      this.underWay -= 1;
    }
  }
}

function unknownSubscription(): Problem {
  return new Problem(404, 'no such subscription is asked for');
}
