import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineTopic, type EventOf } from '@newsmill/contracts';
import { defineStage, emit, encodeEvent, type HandlerContext, type Outcome, topicSpecs } from '@newsmill/stage';
import { MemoryTransport } from '@newsmill/transport';
import { z } from 'zod';
import { StageHandler } from './stage-handler.js';
import { StageServer } from './stage-server.js';
import { NO_TRACING } from './tracing/tracing.js';

const schema = z.strictObject({ word: z.string() });
const common = {
  schema,
  key: ({ word }: z.output<typeof schema>) => word,
  subject: ({ word }: z.output<typeof schema>) => ({ id: word }),
  retention: { cleanup: 'delete', days: 1 },
} as const;
const said = defineTopic({ ...common, name: 'news.word.said.v1', description: '' });
const heard = defineTopic({ ...common, name: 'news.word.heard.v1', description: '' });
const listen = defineStage({
  name: 'listen',
  description: '',
  reads: said,
  writes: [heard],
  reports: false,
  policy: { attempts: 2, firstDelayMs: 1 },
});

@Injectable()
class Voice {
  raise(word: string): string {
    return word.toUpperCase();
  }
}

@Controller()
class ListenController {
  constructor(private readonly voice: Voice) {}

  @StageHandler(listen)
  listen(@Payload() events: EventOf<typeof said>[], @Ctx() { metas }: HandlerContext): Outcome<typeof listen>[] {
    if (metas.length !== events.length) throw new Error('a meta for each event');
    if (events.some(({ word }) => word === 'bad')) throw new TypeError('cannot hear this');
    return events.map(({ word }) => emit(heard, { word: this.voice.raise(word) }));
  }
}

@Module({ controllers: [ListenController], providers: [Voice] })
class ListenModule {}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(stages = [listen]): Promise<{ transport: MemoryTransport; server: StageServer }> {
  const transport = new MemoryTransport();
  await transport.connect();
  await transport.applyTopics(topicSpecs('p', [said, heard], [listen]));
  const server = new StageServer({
    transport,
    stages,
    prefix: 'p',
    serviceVersion: '1',
    tracing: NO_TRACING,
    observer: {},
    shutdownMs: 1_000,
  });
  const app = await NestFactory.create(ListenModule, new FastifyAdapter(), { logger: false });
  closers.push(
    () => app.close(),
    () => transport.close(),
  );
  app.connectMicroservice({ strategy: server });
  await app.startAllMicroservices();
  return { transport, server };
}

async function say(transport: MemoryTransport, ...words: string[]): Promise<void> {
  await transport.publish(
    words.map((word) => encodeEvent('p', said, { word }, { id: word, source: '/test', time: 0 })),
  );
}

/** Values of a topic once it holds so many. */
async function valuesOf(transport: MemoryTransport, topic: string, count: number): Promise<string[]> {
  for (;;) {
    const values: string[] = [];
    for await (const { value } of transport.read(topic, 'earliest')) values.push(value!.toString());
    if (values.length >= count) return values;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('StageServer', () => {
  it('runs a handler with what Nest injects, and publishes what it returns', async () => {
    const { transport } = await start();
    await say(transport, 'hello');
    expect(await valuesOf(transport, 'p.news.word.heard.v1', 1)).toEqual(['{"word":"HELLO"}']);
  });

  it('shows the runner what the handler threw, so that a poison event dies and its neighbours go on', async () => {
    const { transport } = await start();
    await say(transport, 'one', 'bad', 'two');
    expect((await valuesOf(transport, 'p.news.word.heard.v1', 2)).sort()).toEqual(['{"word":"ONE"}', '{"word":"TWO"}']);
    await valuesOf(transport, 'p.listen.dead.v1', 1);
    for await (const { headers } of transport.read('p.listen.dead.v1', 'earliest')) {
      expect(headers.dead_error_message?.toString()).toBe('cannot hear this');
      expect(headers.dead_error_class?.toString()).toBe('handler');
    }
  });

  it('tells the state of its stages', async () => {
    const { server } = await start();
    while (server.stageStatuses()[0]!.assigned.length < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.stageStatuses()).toMatchObject([{ stage: 'listen', state: 'running', assigned: [0, 1, 2, 3, 4, 5] }]);
    await server.close();
    expect(server.stageStatuses()).toMatchObject([{ stage: 'listen', state: 'stopped' }]);
  });

  it('refuses a handler of a stage that no service declares', async () => {
    await expect(start([])).rejects.toThrow('@StageHandler("listen"): no service of this process declares that stage');
  });
});
