import { startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { containerHost } from './container-runtime.ts';
import { holdFolder } from './held-folder.ts';
import { givenDatabaseUrl, postgresImage } from './real-parts.config.ts';
import { firstThatStarts } from './first-that-starts.ts';

/** A PostgreSQL server for tests. */
export interface PostgresPart {
  /** Of a user that may create databases and roles. */
  readonly url: string;
  /** How it came to be: `given`, `testcontainers` or `embedded`. */
  readonly via: string;
  /** Ends what was started here. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL in this process's care, whatever a parts server may offer. */
export async function startOwnPostgres(): Promise<PostgresPart> {
  const url = givenDatabaseUrl();
  if (url) return { url, via: 'given', stop: async () => undefined };
  return firstThatStarts('PostgreSQL', [inContainer, embedded]);
}

async function inContainer(): Promise<PostgresPart | string> {
  if (!(await containerHost())) return 'no container runtime answers';
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer(postgresImage()).start();
  return {
    url: container.getConnectionUri(),
    via: 'testcontainers',
    stop: async () => {
      await container.stop();
    },
  };
}

async function embedded(): Promise<PostgresPart> {
  const folder = await holdFolder('postgres');
  try {
    const server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
    return {
      url: server.url,
      via: 'embedded',
      stop: async () => {
        await server.stop();
        await folder.release();
      },
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
