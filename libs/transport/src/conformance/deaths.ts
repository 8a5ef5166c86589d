import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LogRecord, Transport } from '@newsmill/stage';
import {
  type Bench,
  CASE_TIMEOUT_MS,
  numbers,
  readAll,
  type Reader,
  records,
  sortedNumbers,
  valuesByKey,
} from './bench.js';

/** Members that die, sleep or come and go while outputs and positions are under way: each output stands once. */
export function describeDeaths(bench: Bench): void {
  describe('members that end in the middle', () => {
    const children: ChildProcess[] = [];
    afterEach(async () => {
      for (const child of children.splice(0)) await kill(child);
    });

    /** A member in a process of its own, and the lines that it has said. */
    const startCopier = (topic: string, output: string, group: string, delayMs: number) => {
      const child = bench.world.spawnCopier!({ topic, output, group, batchSize: 10, delayMs });
      children.push(child);
      const said: string[] = [];
      createInterface(child.stdout!).on('line', (line) => said.push(line));
      return { child, said };
    };

    it(
      'writes each output once, in order, though members are killed again and again',
      async () => {
        const admin = await bench.transport();
        if (bench.world.spawnCopier === undefined) return;
        const [topic, output] = [
          await bench.topic(admin, { partitions: 3 }),
          await bench.topic(admin, { partitions: 2 }),
        ];
        const sent = records(topic, 2_000, 30);
        await admin.publish(sent);
        const group = bench.name('group');
        for (const round of numbers(5)) {
          const { child, said } = startCopier(topic, output, group, 5);
          // Not at the same step each time: the batch is being handled, its outputs are written, it is committed.
          await bench.until(
            `member ${round} settles`,
            () => said.filter((line) => line.startsWith('settled')).length > 3,
          );
          await sleep(round * 7);
          await kill(child);
        }
        const heir = await bench.reader(admin, { topic, group, batchSize: 50, handle: copiesTo(output) });
        await bench.until('nothing is left', async () => (await lagOf(admin, topic, heir.group)) === 0n);
        // What a dead member left open may hide what stands behind it until the log ends it.
        await bench.until('all is to be seen', async () => (await readAll(admin, output)).length >= 2_000);
        const written = await readAll(admin, output);
        expect(sortedNumbers(written)).toEqual(numbers(2_000));
        expect(valuesByKey(written)).toEqual(valuesByKey(sent));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'lets a member that wakes late, after others have done its work, write nothing',
      async () => {
        const admin = await bench.transport();
        if (bench.world.spawnCopier === undefined) return;
        const [topic, output] = [await bench.topic(admin), await bench.topic(admin)];
        const group = bench.name('group');
        const { child, said } = startCopier(topic, output, group, 1_500);
        await admin.publish(records(topic, 10));
        await bench.until('the member has a batch in hand', () => said.some((line) => line.startsWith('handling')));
        child.kill('SIGSTOP');
        await bench.world.forgetSleepers?.();
        const heir = await bench.reader(admin, { topic, group, handle: copiesTo(output) });
        await bench.until('the heir has settled everything', () => heir.settled.length >= 10);
        await heir.consumer.stop();
        child.kill('SIGCONT');
        await admin.publish(records(topic, 5, 1, 10));
        await bench.until('the member works again', () => said.some((line) => line.startsWith('settled')));
        await bench.until('nothing is left', async () => (await lagOf(admin, topic, group)) === 0n);
        expect(sortedNumbers(await readAll(admin, output))).toEqual(numbers(15));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'writes each output once while members come and go with batches in hand',
      async () => {
        const [admin, other] = [await bench.transport(), await bench.transport()];
        const [topic, output] = [await bench.topic(admin, { partitions: 4 }), await bench.topic(admin)];
        const sent = records(topic, 1_200, 40);
        await admin.publish(sent);
        const group = bench.name('group');
        const join = (transport = other): Promise<Reader> =>
          bench.reader(transport, {
            topic,
            group,
            batchSize: 6,
            handle: async (batch, { signal }) => {
              await sleep(15);
              signal.throwIfAborted();
              return copiesTo(output)(batch);
            },
          });
        await join(admin);
        for (const round of numbers(3)) {
          const guest = await join();
          await bench.until(`guest ${round} works`, () => guest.settlements > 0 || guest.consumer.state === 'running');
          await sleep(100);
          await guest.consumer.stop(0);
        }
        await bench.until('nothing is left', async () => (await lagOf(admin, topic, group)) === 0n);
        const written = await readAll(admin, output);
        expect(sortedNumbers(written)).toEqual(numbers(1_200));
        expect(valuesByKey(written)).toEqual(valuesByKey(sent));
      },
      CASE_TIMEOUT_MS,
    );
  });
}

function copiesTo(output: string) {
  return ({ records: taken }: { records: readonly LogRecord[] }) =>
    taken.map(({ key, value }) => ({ topic: output, key, value, headers: {} }));
}

async function lagOf(transport: Transport, topic: string, group: string): Promise<bigint> {
  return (await transport.lag(topic, group)).reduce((sum, { lag }) => sum + lag, 0n);
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
