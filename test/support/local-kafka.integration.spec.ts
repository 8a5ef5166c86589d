import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { ownKafkaUnavailable } from './real-parts.ts';

(ownKafkaUnavailable() ? describe.skip : describe)('npm run kafka', () => {
  const program = fileURLToPath(new URL('../../deploy/local-kafka/run.ts', import.meta.url));
  let dataDir: string;
  let port: number;
  let runner: ChildProcess | undefined;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'newsmill-run-kafka-'));
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as AddressInfo).port;
    probe.close();
  });

  afterAll(async () => {
    runner?.kill('SIGKILL');
    const pid = await brokerPid();
    if (pid) process.kill(pid, 'SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The broker's process id, while it runs. */
  async function brokerPid(): Promise<number> {
    return Number.parseInt(await readFile(join(dataDir, 'broker-1', 'pid'), 'utf8').catch(() => '0'), 10);
  }

  /** Starts the program. @returns its first line: that Kafka is ready, or an error. */
  async function run(): Promise<{ child: ChildProcess; line: string }> {
    const child = spawn(process.execPath, [program, '--port', String(port), '--data-dir', dataDir], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = [child.stdout, child.stderr].map((stream) => once(createInterface({ input: stream }), 'line'));
    const [line] = (await Promise.race(lines)) as [string];
    return { child, line };
  }

  async function withAdmin<Result>(action: (admin: Admin, kafka: Kafka) => Promise<Result>): Promise<Result> {
    const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await action(admin, kafka);
    } finally {
      await admin.disconnect();
    }
  }

  it('keeps acknowledged data when it is killed, replaces the broker left behind, and stops without a trace', async () => {
    const first = await run();
    runner = first.child;
    expect(first.line).toContain(`ready at 127.0.0.1:${port}`);
    const left = await brokerPid();
    await withAdmin(async (admin, kafka) => {
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a' }, { value: 'b' }] });
      await producer.disconnect();
    });
    const refused = await run();
    expect(refused.line).toMatch(/is in use: process \d+ runs a broker on it/);
    if (refused.child.exitCode === null) await once(refused.child, 'exit');
    expect(refused.child.exitCode).toBe(1);

    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    process.kill(left, 0);
    const second = await run();
    runner = second.child;
    expect(second.line).toContain(`ready at 127.0.0.1:${port}`);
    expect(await brokerPid()).not.toBe(left);
    const offsets = await withAdmin((admin) => admin.fetchTopicOffsets('kept'));
    expect(offsets).toEqual([expect.objectContaining({ low: '0', high: '2' })]);

    const pid = await brokerPid();
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(await brokerPid()).toBe(0);
  }, 240_000);
});
