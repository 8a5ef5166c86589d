import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { AdminKeyGuard } from '@newsmill/service';
import { z } from 'zod';
import { readFields } from '../read-fields.js';
import { type Answer, WebhookSender } from './webhook-sender.js';
import { type DeliveryView, newWebhook, Webhooks, type WebhookView } from './webhooks.js';

const deliveriesQuery = z.strictObject({
  state: z.enum(['waiting', 'failed']).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const replayBody = z.strictObject({ from: z.string() });
const rotateBody = z.strictObject({ overlapHours: z.number().min(0).max(720).default(24) });

/** Subscriptions by webhook: the same as `newsmill webhooks`. */
@Controller('v1/webhooks')
@UseGuards(AdminKeyGuard)
export class WebhooksController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly sender: WebhookSender,
  ) {}

  /** Answers with the key, this once. */
  @Post()
  add(@Body() body: unknown): Promise<WebhookView & { secret: string }> {
    return this.webhooks.add(readFields(newWebhook, body));
  }

  @Get()
  async list(): Promise<{ webhooks: WebhookView[] }> {
    return { webhooks: await this.webhooks.list() };
  }

  @Get(':id')
  show(@Param('id') id: string): Promise<WebhookView> {
    return this.webhooks.show(id);
  }

  /** What waits and what was given up. */
  @Get(':id/deliveries')
  async deliveries(@Param('id') id: string, @Query() query: unknown): Promise<{ deliveries: DeliveryView[] }> {
    const { limit, state } = readFields(deliveriesQuery, query);
    return { deliveries: await this.webhooks.deliveries(id, limit, state) };
  }

  @Post(':id/pause')
  @HttpCode(200)
  pause(@Param('id') id: string): Promise<WebhookView> {
    return this.webhooks.pause(id);
  }

  @Post(':id/resume')
  @HttpCode(200)
  resume(@Param('id') id: string): Promise<WebhookView> {
    return this.webhooks.resume(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  replay(@Param('id') id: string, @Body() body: unknown): Promise<WebhookView> {
    return this.webhooks.replay(id, readFields(replayBody, body).from);
  }

  /** Answers with the new key, this once. */
  @Post(':id/rotate')
  @HttpCode(200)
  rotate(@Param('id') id: string, @Body() body: unknown): Promise<WebhookView & { secret: string }> {
    return this.webhooks.rotate(id, readFields(rotateBody, body ?? {}).overlapHours);
  }

  /** Posts an event that says nothing; tells what the target answered. */
  @Post(':id/test')
  @HttpCode(200)
  async test(@Param('id') id: string): Promise<Answer> {
    return this.sender.test(id, await this.webhooks.target(id));
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Param('id') id: string): Promise<void> {
    return this.webhooks.remove(id);
  }
}
