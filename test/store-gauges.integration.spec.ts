import { Metrics } from '@newsmill/service';
import { DeadLetterCounter } from '@newsmill/stage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreGauges } from '../apps/store/src/store-gauges.ts';
import { StoreWorld, version } from './support/store-world.ts';

const SECOND_MS = 1_000;
let world: StoreWorld;
let metrics: Metrics;

beforeAll(async () => {
  world = await StoreWorld.open();
});

beforeEach(async () => {
  await world.clear();
  tellOf(30);
});

function tellOf(traceDays: number): void {
  metrics = new Metrics(false);
  new StoreGauges(metrics, world.database, { traceDays }, new DeadLetterCounter(world.log, 'newsmill'));
}

afterAll(() => world?.close());

/** What a scrape tells now. */
async function told(name: string): Promise<number> {
  const line = (await metrics.registry.metrics()).split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

const ago = (seconds: number): Date => new Date(Date.now() - seconds * SECOND_MS);

describe('what stands in the database, as metrics', () => {
  it('tells how many changes are not on the public topics, and the age of the oldest', async () => {
    expect([await told('newsmill_outbox_entries'), await told('newsmill_outbox_oldest_seconds')]).toEqual([0, 0]);
    await world.articles().store([version(1)], ago(400));
    await world.articles().store([version(2, { body: 'Other.' })], ago(10));
    expect(await told('newsmill_outbox_entries')).toBe(2);
    const oldest = await told('newsmill_outbox_oldest_seconds');
    expect(oldest).toBeGreaterThanOrEqual(400);
    expect(oldest).toBeLessThan(460);
    await world.drain();
    expect([await told('newsmill_outbox_entries'), await told('newsmill_outbox_oldest_seconds')]).toEqual([0, 0]);
  });

  it('tells what is open, and of what nothing has been heard for ten minutes', async () => {
    await world.receipts.reportAll([
      { id: 'fresh', state: 'fetched', stage: 'fetch', at: ago(5) },
      { id: 'silent', state: 'fetched', stage: 'fetch', at: ago(5) },
      { id: 'done', state: 'rejected', stage: 'parse', at: ago(5) },
    ]);
    await world.database.query("UPDATE receipt SET updated_at = now() - interval '11 minutes' WHERE id = 'silent'");
    expect([await told('newsmill_receipts_open'), await told('newsmill_receipts_silent')]).toEqual([2, 1]);
  });

  describe('of links', () => {
    const DAY = 24 * 3600;
    const step = (receiptId: string, outcome: 'deferred' | 'emitted', at: Date) => ({
      ...{ receiptId, outcome, at, id: crypto.randomUUID(), stage: 'fetch', reason: null },
      ...{ topic: null, partition: null, offset: null, redrives: 0, replay: '' },
    });

    /** A link that came in so many seconds ago, and was deferred so many seconds ago. */
    async function link(id: string, came: number, deferred?: number): Promise<void> {
      await world.receipts.reportAll(
        [{ id, state: 'received', stage: 'feed', door: 'feed', at: ago(came) }],
        deferred === undefined ? [] : [step(id, 'deferred', ago(deferred))],
      );
    }

    it('leaves out those that wait for their hosts, for as long as one may', async () => {
      await link('lost', 700);
      await link('waits', 700, 650);
      await link('has waited for long', 6 * DAY, 6 * DAY - 10);
      expect(await told('newsmill_receipts_silent')).toBe(1);
      await link('came back never', 8 * DAY, 8 * DAY - 10);
      tellOf(30);
      expect(await told('newsmill_receipts_silent')).toBe(2);
    });

    it('tells of those that were fetched after they had waited', async () => {
      await link('waited', 1_300, 1_200);
      await world.receipts.reportAll(
        [{ id: 'waited', state: 'fetched', stage: 'fetch', at: ago(1_000) }],
        [step('waited', 'emitted', ago(1_000))],
      );
      expect(await told('newsmill_receipts_silent')).toBe(1);
    });

    it('tells only of what was fetched where steps are not kept', async () => {
      await link('deferred or lost', 700);
      await world.receipts.reportAll([{ id: 'fetched', state: 'fetched', stage: 'fetch', at: ago(700) }]);
      tellOf(0);
      expect([await told('newsmill_receipts_open'), await told('newsmill_receipts_silent')]).toEqual([2, 1]);
    });
  });
});
