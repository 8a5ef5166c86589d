import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type KafkaPart, startOwnKafka } from './kafka-part.ts';
import { type PostgresPart, startOwnPostgres } from './postgres-part.ts';
import type { PartName } from './real-parts.config.ts';

/** What a part answers with when it is asked for over HTTP. */
export type PartAddress = { url?: string; brokers?: string[]; via: string } | { error: string };

/** Starts each part once, when the first test asks for it, and ends them all together. */
export interface PartsServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves `GET /postgres` and `GET /kafka` on the loopback address to the test processes of one run. A run whose tests
 * need only one part, or none, does not pay for the other.
 */
export async function startPartsServer(): Promise<PartsServer> {
  const starts: Record<PartName, () => Promise<PostgresPart | KafkaPart>> = {
    postgres: startOwnPostgres,
    kafka: startOwnKafka,
  };
  const running = new Map<PartName, Promise<PostgresPart | KafkaPart>>();
  const provide = (name: PartName): Promise<PostgresPart | KafkaPart> => {
    const part = running.get(name) ?? starts[name]();
    running.set(name, part);
    return part;
  };

  const server = createServer((request, response) => {
    const name = request.url?.slice(1);
    if (name !== 'postgres' && name !== 'kafka') {
      response.writeHead(404).end();
      return;
    }
    void provide(name)
      .then(
        (part): PartAddress => ({ ...part }),
        (error: unknown): PartAddress => ({ error: error instanceof Error ? error.message : String(error) }),
      )
      .then((answer) => response.end(JSON.stringify(answer)));
  });
  // A first start may download Kafka: no time limit here, the tests have theirs.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      const ends = [...running.values()].map((part) =>
        part.then(
          ({ stop }) => stop(),
          () => undefined,
        ),
      );
      const failed = (await Promise.allSettled(ends)).filter((result) => result.status === 'rejected');
      if (failed.length > 0) throw new AggregateError(failed.map((result): unknown => result.reason));
    },
  };
}

/** Asks the parts server for a part. */
export async function askForPart(server: string, name: PartName): Promise<PartAddress> {
  return new Promise((resolve, reject) => {
    const request = get(`${server}/${name}`, { agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(JSON.parse(body) as PartAddress));
    });
    request.on('error', reject);
  });
}
