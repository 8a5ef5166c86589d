import { openStage } from '@newsmill/service';
import { store } from '@newsmill/store';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { store as storeStage } from '../apps/store/src/store.stage.ts';
import { StoreWorld, version } from './support/store-world.ts';

let world: StoreWorld;

beforeAll(async () => {
  world = await StoreWorld.open();
});

afterAll(() => world?.close());

const waiting = async (): Promise<number> => (await world.database.query<object[]>('SELECT FROM outbox')).length;

describe('a stage that is opened for a command', () => {
  it('handles events, and leaves to the service what the service does by itself', async () => {
    await world.articles().store([version(1)], new Date());
    const open = await openStage(store, storeStage, {
      environment: { NEWSMILL_DATABASE_URL: world.url },
      transport: world.log,
    });
    try {
      expect(open.handler).toBeInstanceOf(Function);
      // A relay would have looked twice.
      await sleep(1_500);
      expect(await waiting()).toBe(1);
    } finally {
      await open.close();
    }
    expect(await waiting()).toBe(1);
  });
});
