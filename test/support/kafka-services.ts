import { NewsmillClient, until } from './newsmill-client.ts';
import { NewsmillProcess } from './newsmill-process.ts';
import { freePort } from './free-port.ts';

export const SERVICES = ['fetcher', 'parser', 'enricher', 'store'] as const;

export interface KafkaServices {
  client: NewsmillClient;
  processes: Record<(typeof SERVICES)[number], NewsmillProcess>;
  /** Base URLs of the services' HTTP servers. */
  urls: Record<(typeof SERVICES)[number], string>;
  /** SIGTERM to all. @returns their exit codes */
  stop(): Promise<(number | string)[]>;
}

/** The four services as processes on a Kafka and a PostgreSQL, topics and schemas made with the command as ops do. */
export async function startKafkaServices(options: {
  brokers: readonly string[];
  databaseUrl: string;
  prefix: string;
  key: string;
  environment?: Record<string, string>;
}): Promise<KafkaServices> {
  const common = {
    NEWSMILL_KAFKA_BROKERS: options.brokers.join(','),
    NEWSMILL_DATABASE_URL: options.databaseUrl,
    NEWSMILL_TOPIC_PREFIX: options.prefix,
    NEWSMILL_API_KEY: options.key,
    NEWSMILL_PUSH_RATE: '0',
    NEWSMILL_PUSH_BURST: '0',
    NEWSMILL_LOG_LEVEL: 'warn',
    NEWSMILL_MIGRATE: 'false',
    ...options.environment,
  };
  for (const args of [['topics', 'apply'], ['migrate']]) {
    const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, common);
    const code = await command.ended;
    if (code !== 0) throw new Error(`newsmill ${args.join(' ')} ended with ${code}:\n${command.lines.join('\n')}`);
  }
  const ports = await Promise.all(SERVICES.map(freePort));
  const urls = Object.fromEntries(
    SERVICES.map((name, index) => [name, `http://127.0.0.1:${ports[index]}`]),
  ) as KafkaServices['urls'];
  const processes = Object.fromEntries(
    SERVICES.map((name, index) => [
      name,
      new NewsmillProcess(`apps/${name}/dist/main.js`, [], {
        ...common,
        NEWSMILL_HTTP_PORT: String(ports[index]),
        NEWSMILL_QUERY_URL: urls.store,
      }),
    ]),
  ) as KafkaServices['processes'];
  for (const name of SERVICES) {
    await until(`${name} is ready`, 90_000, async () => {
      if (processes[name].hasEnded) throw new Error(processes[name].lines.join('\n'));
      const answer = await fetch(`${urls[name]}/readyz`);
      if (!answer.ok) throw new Error(await answer.text());
      return true;
    });
  }
  return {
    client: new NewsmillClient(urls.fetcher, options.key, urls.store),
    processes,
    urls,
    stop: () => Promise.all(SERVICES.map((name) => processes[name].end('SIGTERM'))),
  };
}
