import { type EventOf, type Topic, topicAddress, topics } from '@newsmill/contracts';
import { runServices, type RunningServices, type ServiceDefinition } from '@newsmill/service';
import { decodeEvent, type LogRecord, topicSpecs } from '@newsmill/stage';
import { MemoryTransport } from '@newsmill/transport';
import { freshDatabase } from './real-parts.ts';

/** A push key of publisher `courier` that may do everything. */
export const KEY = 'a-key-that-is-long-enough';

const PREFIX = 'newsmill';

export interface Asked extends RequestInit {
  /** Default: {@link KEY}; `null` sends none. */
  key?: string | null;
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what comes back is what is looked into
  body: any;
}

/** A fetcher with its door open on loopback, a log in memory, and a PostgreSQL database of its own. */
export interface RunningDoor {
  url: string;
  databaseUrl: string;
  transport: MemoryTransport;
  running: RunningServices;
  ask(method: string, path: string, options?: Asked): Promise<Answered>;
  /** What stands on a topic, oldest first within a key. */
  events<T extends Topic>(topic: T): Promise<EventOf<T>[]>;
  records(topic: Topic): Promise<LogRecord[]>;
  close(): Promise<void>;
}

export interface DoorOptions {
  environment?: Record<string, string>;
  transport?: MemoryTransport;
  /** Of another door, to stand beside it or to follow it. */
  databaseUrl?: string;
}

export async function openDoor(fetcher: ServiceDefinition, options: DoorOptions = {}): Promise<RunningDoor> {
  const database = options.databaseUrl === undefined ? await freshDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? database!.url;
  const transport = options.transport ?? new MemoryTransport();
  await transport.applyTopics(topicSpecs(PREFIX, topics, []));
  const running = await runServices([fetcher], {
    transport,
    environment: {
      NEWSMILL_DATABASE_URL: databaseUrl,
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_LOG_LEVEL: 'silent',
      NEWSMILL_API_KEY: `courier=${KEY}`,
      ...options.environment,
    },
  });
  const records = async (topic: Topic): Promise<LogRecord[]> => {
    const all: LogRecord[] = [];
    for await (const record of transport.read(topicAddress(PREFIX, topic), 'earliest')) all.push(record);
    return all;
  };
  return {
    url: running.url,
    databaseUrl,
    transport,
    running,
    ask: (method, path, asked) => ask(running.url, method, path, asked),
    events: async (topic) => (await records(topic)).map((record) => decodeEvent(topic, record)),
    records,
    close: async () => {
      await running.close();
      await database?.drop();
    },
  };
}

async function ask(url: string, method: string, path: string, { key = KEY, ...init }: Asked = {}): Promise<Answered> {
  const headers = new Headers(init.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  const response = await fetch(`${url}${path}`, { ...init, method, headers });
  const text = await response.text();
  const isJson = /json$/.test((response.headers.get('content-type') ?? '').split(';')[0]!) && text !== '';
  const isLines = response.headers.get('content-type')?.includes('ndjson');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isLines
      ? text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : isJson
        ? JSON.parse(text)
        : undefined,
  };
}
