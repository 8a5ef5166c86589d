import { articleEnriched, deadLetterAddress } from '@newsmill/contracts';
import { enricher } from '@newsmill/enricher';
import { loadServiceSettings, migrate, type RunningServices, runServices } from '@newsmill/service';
import { encodeEvent } from '@newsmill/stage';
import { pipelineTopics } from '@newsmill/standalone';
import { store } from '@newsmill/store';
import { MemoryTransport } from '@newsmill/transport';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type LocalKafka, startLocalKafka } from '../deploy/local-kafka/local-kafka.ts';
import { articleVersion } from './support/article-version.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase, ownKafkaUnavailable, topicPrefix } from './support/real-parts.ts';

interface Answer {
  status: number;
  error: Record<string, { message?: string; state?: string; reason?: string }>;
  details: Record<string, { status: string; away?: boolean }>;
}

async function readiness({ url }: RunningServices): Promise<Answer> {
  const response = await fetch(`${url}/readyz`);
  const { error = {}, details = {} } = (await response.json()) as Partial<Answer>;
  return { status: response.status, error, details };
}

const becomes = (running: RunningServices, status: number): Promise<Answer> =>
  until(`${running.url}/readyz is ${status}`, 60_000, async () => {
    const answer = await readiness(running);
    return answer.status === status ? answer : undefined;
  });

describe('a store on a database whose schema is not its own', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let transport: MemoryTransport;
  let running: RunningServices;
  let client: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    transport = new MemoryTransport();
    await transport.connect();
    await transport.applyTopics(pipelineTopics('newsmill'));
    running = await runServices([store], {
      transport,
      environment: {
        NEWSMILL_DATABASE_URL: database.url,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_LOG_LEVEL: 'silent',
        NEWSMILL_MIGRATE: 'false',
      },
    });
  }, 120_000);

  afterAll(async () => {
    await running?.close();
    await client?.end();
    await database?.drop();
  });

  const applied = (name: string) =>
    client.query('INSERT INTO store.migration (timestamp, name) VALUES ($1, $2)', [Date.now(), name]);
  const undo = (name: string) => client.query('DELETE FROM store.migration WHERE name = $1', [name]);

  it('is not ready and names what is missing; articles wait, and none becomes a dead letter', async () => {
    const { status, error } = await readiness(running);
    expect([status, error['store database']?.message]).toEqual([
      503,
      expect.stringMatching(/^schema store lacks \d+ of \d+ migrations \(\w+\d{13} …\): run "newsmill migrate"$/),
    ]);
    const envelope = { id: 'v-1', source: '/test', time: Date.now() };
    await transport.publish([encodeEvent('newsmill', articleEnriched, articleVersion(1), envelope)]);
    await until('the stage waits', 30_000, async () =>
      (await readiness(running)).error['stage store']?.reason === 'database is down' ? true : undefined,
    );

    await migrate(store.database!, loadServiceSettings({ NEWSMILL_DATABASE_URL: database.url }));
    await becomes(running, 200);
    const reader = new NewsmillClient(running.url, '');
    await until('it is stored', 60_000, async () => ((await reader.allArticles()).length === 1 ? true : undefined));
    for await (const letter of transport.read(deadLetterAddress('newsmill', 'store'), 'earliest')) {
      throw new Error(String(letter.headers.dead_error_message));
    }
  }, 180_000);

  it('stays ready beside a later version whose migrations only add', async () => {
    await applied('AddTeaser1890000000000');
    expect((await readiness(running)).status).toBe(200);
    await undo('AddTeaser1890000000000');
  });

  it('is not ready where a later version has taken away what it uses', async () => {
    const name = 'DropTeaserContracts1890000000000At1990000000000';
    await applied(name);
    const { status, error } = await readiness(running);
    expect([status, error['store database']?.message]).toEqual([503, expect.stringContaining(`by ${name}`)]);
    await undo(name);
    expect((await readiness(running)).status).toBe(200);
  });

  it('stays ready where what is taken away is what it has replaced itself', async () => {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM store.migration ORDER BY id DESC LIMIT 1');
    const name = `DropOldContracts${rows[0]!.name.slice(-13)}At1990000000000`;
    await applied(name);
    expect((await readiness(running)).status).toBe(200);
    await undo(name);
  });

  it('is not ready where one of its migrations was rolled back', async () => {
    const { rows } = await client.query<{ name: string }>(
      'DELETE FROM store.migration WHERE id = (SELECT max(id) FROM store.migration) RETURNING name',
    );
    const { status, error } = await readiness(running);
    expect([status, error['store database']?.message]).toEqual([503, expect.stringContaining(rows[0]!.name)]);
    await applied(rows[0]!.name);
  });
});

(ownKafkaUnavailable() ? describe.skip : describe)('while Kafka is away', () => {
  const prefix = topicPrefix();
  let kafka: LocalKafka;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  const running: RunningServices[] = [];

  beforeAll(async () => {
    [kafka, database] = await Promise.all([startLocalKafka(), freshDatabase()]);
    const transport = new KafkaTransport({ brokers: kafka.brokers, clientId: 'readiness' });
    await transport.connect();
    await transport.applyTopics(pipelineTopics(prefix));
    await transport.close();
  }, 180_000);

  afterAll(async () => {
    for (const services of running) await services.close();
    await kafka?.stop();
    await database?.drop();
  }, 120_000);

  const start = async (service: typeof store): Promise<RunningServices> => {
    const services = await runServices([service], {
      environment: {
        NEWSMILL_KAFKA_BROKERS: kafka.brokers.join(','),
        NEWSMILL_DATABASE_URL: database.url,
        NEWSMILL_TOPIC_PREFIX: prefix,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_LOG_LEVEL: 'silent',
      },
    });
    running.push(services);
    return services;
  };

  it('the store goes on answering queries, and a stage without an API is not ready', async () => {
    const [articles, stage] = [await start(store), await start(enricher)];
    await Promise.all([becomes(articles, 200), becomes(stage, 200)]);
    await kafka.kill(0);
    await becomes(stage, 503);
    const { status, details } = await until('the loss is told', 60_000, async () => {
      const answer = await readiness(articles);
      return answer.details.log?.away === true ? answer : undefined;
    });
    expect([status, details['store database']?.status]).toEqual([200, 'up']);
    expect((await fetch(`${articles.url}/v1/articles`)).status).toBe(200);

    // One that has never been ready: a rolling upgrade waits for it.
    const fresh = await start(store);
    const { error } = await becomes(fresh, 503);
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['log', 'stage store']));

    await kafka.restart(0);
    await Promise.all([becomes(articles, 200), becomes(stage, 200), becomes(fresh, 200)]);
    expect((await readiness(articles)).details.log).toEqual({ status: 'up' });
  }, 240_000);
});
