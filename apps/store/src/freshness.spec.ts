import { RECEIVED_HEADER } from '@newsmill/contracts';
import { Metrics } from '@newsmill/service';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { articleVersion } from '../../../test/support/article-version.ts';
import type { Incoming, Stored } from './article-store.js';
import { Freshness } from './freshness.js';

const NOW = new Date('2026-03-02T12:00:00Z');
const PUBLISHED = 'newsmill_published_to_stored_seconds';
const RECEIVED = 'newsmill_received_to_stored_seconds';

const before = (seconds: number): string => new Date(NOW.getTime() - seconds * 1000).toISOString();

function version(made: string, fetchedAt: string): Incoming {
  const { record, ...event } = articleVersion(1);
  const acquisition = { ...record.x.acquisition, mode: 'feed' as const, fetchedAt };
  return { ...event, record: { ...record, versionCreated: made, x: { ...record.x, acquisition } } };
}

describe('freshness', () => {
  let metrics: Metrics;
  let freshness: Freshness;
  const stored: Stored = { articleId: 'a', state: 'stored' };
  const meta = (receivedAt?: string, replay?: string) => ({
    headers: { ...(receivedAt !== undefined && { [RECEIVED_HEADER]: Buffer.from(receivedAt) }) },
    ...(replay !== undefined && { replay }),
  });
  const told = async (name: string): Promise<[count: number, sum: number]> => {
    const { values } = await metrics.registry.getSingleMetric(name)!.get();
    const of = (suffix: string) =>
      values.find((value) => 'metricName' in value && value.metricName === `${name}_${suffix}`)?.value ?? 0;
    return [of('count'), of('sum')];
  };

  beforeEach(() => {
    metrics = new Metrics(false);
    freshness = new Freshness(metrics);
  });

  it('counts from when a version was made and from when it was received', async () => {
    freshness.count(version(before(90), before(20)), meta(before(30)), stored, NOW);
    expect(await told(PUBLISHED)).toEqual([1, 90]);
    expect(await told(RECEIVED)).toEqual([1, 30]);
  });

  it('is never negative, however far the clocks of others run ahead', async () => {
    freshness.count(version(before(-3_600), before(-10)), meta(before(-60)), stored, NOW);
    expect(await told(PUBLISHED)).toEqual([1, 0]);
    expect(await told(RECEIVED)).toEqual([1, 0]);
  });

  it('does not take the time of the fetch for that of a publication', async () => {
    freshness.count(version(before(20), before(20)), meta(before(30)), stored, NOW);
    expect(await told(PUBLISHED)).toEqual([0, 0]);
    expect(await told(RECEIVED)).toEqual([1, 30]);
  });

  it.each([
    ['a replay', meta(before(9_000), 'news.page.fetched.v1=r1'), stored],
    ['what comes again', meta(before(9_000)), { ...stored, isRedelivered: true }],
    ['what says nothing new', meta(before(9_000)), { ...stored, state: 'unchanged' }],
    ['what is under embargo', meta(before(9_000)), { ...stored, state: 'held' }],
  ] as const)('leaves out %s', async (_, metaOf, result) => {
    freshness.count(version(before(9_000), before(20)), metaOf, result, NOW);
    expect([await told(PUBLISHED), await told(RECEIVED)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('tells only of publication where an older service has not said when it was received', async () => {
    freshness.count(version(before(90), before(20)), meta(), stored, NOW);
    expect([await told(PUBLISHED), await told(RECEIVED)]).toEqual([
      [1, 90],
      [0, 0],
    ]);
  });
});
