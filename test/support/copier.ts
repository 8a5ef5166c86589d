/**
 * A member of a group in a process of its own, to be killed: copies a topic to another, record by record.
 * `node copier.ts '{"kafka": ["host:port"] | "postgres": "url", "topic", "group", "output", "batchSize", "delayMs"}'`.
 * Prints `handling N` and `settled N` (records) for each batch.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CopierOptions } from '@newsmill/transport/conformance';
import { PostgresTransport } from '@newsmill/transport';
import { KafkaTransport } from '@newsmill/transport/kafka';

/** Where the log is, and what to do there. */
export type Copying = CopierOptions & { kafka?: string[]; postgres?: string };

export function spawnCopier(options: Copying): ChildProcess {
  const [program, sources] = ['./copier.ts', './resolve-sources.ts'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  );
  const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--import', sources!];
  return spawn(process.execPath, [...flags, program!, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function copy({ kafka, postgres, delayMs, output, ...place }: Copying): Promise<void> {
  const transport = kafka
    ? new KafkaTransport({ brokers: kafka, clientId: 'copier', sessionTimeoutMs: 6_000 })
    : new PostgresTransport({ url: postgres! });
  await transport.connect();
  await transport.subscribe({
    ...place,
    batchBytes: 1_000_000,
    onBatch: async ({ records }) => {
      console.log(`handling ${records.length}`);
      await sleep(delayMs);
      return {
        publish: records.map(({ key, value }) => ({ topic: output, key, value, headers: {} })),
        onSettled: () => console.log(`settled ${records.length}`),
      };
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await copy(JSON.parse(process.argv[2]!) as Copying);
