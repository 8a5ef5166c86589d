import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import { Bench, CASE_TIMEOUT_MS, type World } from './conformance/bench.js';
import { describeDeaths } from './conformance/deaths.js';
import { describeGroups } from './conformance/groups.js';
import { describeRecords } from './conformance/records.js';
import { describeReplay } from './conformance/replay.js';
import { describeSettlement } from './conformance/settlement.js';
import { describeStopping } from './conformance/stopping.js';
import { describeTopics } from './conformance/topics.js';

export type { CopierOptions, World } from './conformance/bench.js';

/**
 * The promises of the transport port as Jest cases: every adapter runs them on its own kind of log. `world` is opened
 * once. No case asserts how long something takes.
 */
export function describeTransport(name: string, world: () => Promise<World>): void {
  describe(`${name} transport`, () => {
    const bench = new Bench(world);
    beforeAll(() => bench.begin(), CASE_TIMEOUT_MS);
    afterEach(() => bench.clear(), CASE_TIMEOUT_MS);
    afterAll(() => bench.end(), CASE_TIMEOUT_MS);

    describeTopics(bench);
    describeRecords(bench);
    describeSettlement(bench);
    describeGroups(bench);
    describeStopping(bench);
    describeReplay(bench);
    describeDeaths(bench);
  });
}
