import { articleEnriched, articleOutcomes, deadLetterAddress, pageFetched, topicAddress } from '@newsmill/contracts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { type RunningServices, runServices } from '@newsmill/service';
import { createRunner, DependencyDown, defineStage, done, encodeEvent, topicSpecs } from '@newsmill/stage';
import { pipelineTopics } from '@newsmill/standalone';
import { store } from '@newsmill/store';
import { MemoryTransport } from '@newsmill/transport';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { articleVersion } from './support/article-version.ts';
import { holdFolder } from './support/held-folder.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { articlePage } from './support/test-site.ts';

describe('a store whose PostgreSQL stops and comes back', () => {
  let folder: Awaited<ReturnType<typeof holdFolder>>;
  let postgres: EmbeddedPostgres | undefined;
  let proxy: TcpProxy;
  let transport: MemoryTransport;
  let running: RunningServices;

  const startPostgres = async (): Promise<URL> => {
    postgres = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
    proxy.leadTo(postgres.port);
    proxy.heal();
    return new URL(postgres.url);
  };
  const stopPostgres = async (): Promise<void> => {
    proxy.cut();
    await postgres!.stop();
    postgres = undefined;
  };
  const publish = (numbers: number[]) =>
    transport.publish(
      numbers.map((number) => {
        const envelope = { id: `v-${number}`, source: '/test', time: Date.now() };
        return encodeEvent('newsmill', articleEnriched, articleVersion(number), envelope);
      }),
    );
  const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
  const ready = async () => {
    const response = await fetch(`${running.url}/readyz`);
    return { status: response.status, body: (await response.json()) as Record<string, Record<string, unknown>> };
  };
  const pausedMetric = async () => {
    const text = await (await fetch(`${running.url}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('newsmill_stage_paused{'));
  };

  const expectNoDeadLetters = async () => {
    for (const stage of ['store', 'record']) {
      for await (const letter of transport.read(deadLetterAddress('newsmill', stage), 'earliest')) {
        throw new Error(`${stage}: ${String(letter.headers.dead_error_message)}`);
      }
    }
  };

  beforeAll(async () => {
    folder = await holdFolder('outage');
    proxy = await TcpProxy.start();
    const url = await startPostgres();
    url.port = String(proxy.port);
    transport = new MemoryTransport();
    await transport.connect();
    await transport.applyTopics(pipelineTopics('newsmill'));
    running = await runServices([store], {
      transport,
      environment: { NEWSMILL_DATABASE_URL: url.href, NEWSMILL_HTTP_PORT: '0', NEWSMILL_LOG_LEVEL: 'silent' },
    });
  }, 120_000);

  afterAll(async () => {
    await running?.close();
    await proxy?.stop();
    await postgres?.stop();
    await folder?.release();
  });

  it('pauses and says so, loses nothing to the dead letters, and goes on by itself', async () => {
    const client = new NewsmillClient(running.url, '');
    await publish(numbers(0, 20));
    await until('the first are stored', 30_000, async () =>
      (await client.allArticles()).length === 20 ? true : undefined,
    );
    expect((await ready()).status).toBe(200);

    await stopPostgres();
    await publish(numbers(20, 40));
    const { body } = await until('it is not ready', 30_000, async () => {
      const answer = await ready();
      const error = answer.body.error as Record<string, { state?: string; reason?: string }> | undefined;
      return answer.status === 503 && error?.['stage store']?.state === 'paused' ? answer : undefined;
    });
    expect(body.error).toMatchObject({
      'store database': { status: 'down' },
      'stage store': { status: 'down', state: 'paused', reason: 'database is down' },
    });
    expect(await pausedMetric()).toContain('newsmill_stage_paused{stage="store",dependency="database"} 1');
    expect((await fetch(`${running.url}/livez`)).status).toBe(200);
    // Longer than the whole policy of tries would have lasted.
    await new Promise((resolve) => setTimeout(resolve, 5_000));

    await startPostgres();
    await until('all are stored', 60_000, async () => ((await client.allArticles()).length === 60 ? true : undefined));
    await until('it is ready again', 30_000, async () => ((await ready()).status === 200 ? true : undefined));
    expect(await pausedMetric()).toContain('newsmill_stage_paused{stage="store",dependency="database"} 0');
    await expectNoDeadLetters();
    const text = await (await fetch(`${running.url}/metrics`)).text();
    expect(text).toContain('newsmill_stage_events_total{stage="store",outcome="done"} 60');
    expect((await client.flow()).states).toEqual({ stored: 60 });
  }, 180_000);

  it('also pauses for a database that takes connections and says nothing', async () => {
    const client = new NewsmillClient(running.url, '');
    proxy.impair({ stalled: true });
    await publish(numbers(60, 20));
    await until('it pauses', 90_000, async () =>
      (await pausedMetric()).includes('newsmill_stage_paused{stage="store",dependency="database"} 1')
        ? true
        : undefined,
    );
    proxy.heal();
    await until('all are stored', 90_000, async () => ((await client.allArticles()).length === 80 ? true : undefined));
    await expectNoDeadLetters();
    expect((await client.flow()).states).toEqual({ stored: 80 });
  }, 240_000);
});

const describeKafka = (await kafkaUnavailable()) ? describe.skip : describe;

describeKafka('an outage that is longer than the Kafka session', () => {
  it('costs the stage neither its place in the group nor a second call for the batch', async () => {
    const { brokers } = await startKafka();
    const prefix = topicPrefix();
    const transport = new KafkaTransport({ brokers, clientId: 'outage', sessionTimeoutMs: 6_000 });
    await transport.connect();
    try {
      const stage = defineStage({ name: 'parse', description: '', reads: pageFetched, writes: [] });
      await transport.applyTopics(topicSpecs(prefix, [pageFetched, articleOutcomes], [stage]));
      const page = {
        receiptId: 'r',
        origin: { mode: 'push' as const, source: 'test' },
        pageId: 'page',
        url: { original: 'https://courier.example/1', final: 'https://courier.example/1' },
        mediaType: 'text/html' as const,
        content: articlePage(1),
        fetchedAt: new Date().toISOString(),
      };
      await transport.publish([encodeEvent(prefix, pageFetched, page, { id: 'p', source: '/test', time: 0 })]);
      const backAt = Date.now() + 13_000;
      const batches: bigint[] = [];
      const assignments = new Set<string>();
      let [settled, resumed] = [0, 0];
      const run = createRunner({
        stage,
        prefix,
        serviceVersion: '1',
        handler: (events) => {
          if (Date.now() < backAt) throw new DependencyDown('database');
          return events.map(() => done('stored'));
        },
        observer: { settled: (_, events) => void (settled += events.length), resumed: () => void (resumed += 1) },
      });
      const consumer = await transport.subscribe({
        topic: topicAddress(prefix, pageFetched),
        group: `${prefix}.parse`,
        batchSize: 10,
        batchBytes: 1_000_000,
        onBatch: (batch, delivery) => {
          batches.push(batch.records[0]!.offset);
          return run(batch, delivery);
        },
      });
      await until('the batch is in hand', 30_000, async () => (batches.length > 0 ? true : undefined));
      await until('it is settled', 60_000, async () => {
        assignments.add(`${consumer.state} ${consumer.assigned.join()}`);
        return settled > 0 ? true : undefined;
      });
      expect(Date.now()).toBeGreaterThanOrEqual(backAt);
      expect([batches, settled, resumed]).toEqual([[0n], 1, 1]);
      expect([...assignments]).toEqual(['running 0,1,2,3,4,5']);
      for await (const letter of transport.read(deadLetterAddress(prefix, 'parse'), 'earliest')) {
        throw new Error(String(letter.headers.dead_error_message));
      }
    } finally {
      await transport.close();
    }
  }, 120_000);
});
