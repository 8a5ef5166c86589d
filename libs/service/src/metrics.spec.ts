import { errorClass, linkDiscovered } from '@newsmill/contracts';
import { defineStage } from '@newsmill/stage';
import { describe, expect, it } from '@jest/globals';
import { defineMetrics } from './metric-definition.js';
import { countsOf, Metrics } from './metrics.js';

const { depth, tries } = defineMetrics({
  depth: { name: 'newsmill_depth', type: 'gauge', help: 'Depth.', labels: { side: ['left', 'right'] } },
  tries: { name: 'newsmill_tries_total', type: 'counter', help: 'Tries.', labels: { outcome: ['good', 'bad'] } },
});

const samples = async (metrics: Metrics): Promise<string[]> =>
  (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => /^newsmill_(depth|tries)/.test(line))
    .sort();

describe('a definition', () => {
  it.each([
    ['a counter that does not end in _total', { name: 'newsmill_tries', type: 'counter', help: 'Tries.' }],
    ['a gauge that does', { name: 'newsmill_depth_total', type: 'gauge', help: 'Depth.' }],
    ['a name of another system', { name: 'depth', type: 'gauge', help: 'Depth.' }],
    ['help that is no sentence', { name: 'newsmill_depth', type: 'gauge', help: 'depth' }],
    ['a histogram without a unit', { name: 'newsmill_depth', type: 'histogram', help: 'Depth.', buckets: [1, 2] }],
    ['a histogram without buckets', { name: 'newsmill_depth_seconds', type: 'histogram', help: 'Depth.' }],
    ['buckets that do not ascend', { name: 'newsmill_a_seconds', type: 'histogram', help: 'A.', buckets: [2, 1] }],
    ['a label of Prometheus', { name: 'newsmill_depth', type: 'gauge', help: 'Depth.', labels: { job: ['a'] } }],
  ] as const)('is refused with %s', (_, definition) => {
    expect(() => defineMetrics({ definition })).toThrow(definition.name);
  });
});

describe('Metrics', () => {
  it('begins counts at 0 where the values of labels are a closed list, and gives the same counter again', async () => {
    const metrics = new Metrics(false);
    metrics.counter(tries).inc({ outcome: 'bad' });
    metrics.counter(tries).inc({ outcome: 'bad' });
    expect(await samples(metrics)).toEqual([
      'newsmill_tries_total{outcome="bad"} 2',
      'newsmill_tries_total{outcome="good"} 0',
    ]);
  });

  it('begins every count of a hosted stage at 0, and tells nothing of the others', async () => {
    const metrics = new Metrics(false);
    metrics.hostStages([defineStage({ name: 'fetch', description: '', reads: linkDiscovered, writes: [] })]);
    const told = (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^newsmill_stage_(events|dead_letters)_total/.test(line));
    expect(told.sort()).toEqual(
      [
        ...['emitted', 'done', 'skipped', 'rejected', 'deferred', 'dead'].map(
          (outcome) => `newsmill_stage_events_total{stage="fetch",outcome="${outcome}"} 0`,
        ),
        ...errorClass.options.map(
          (fault) => `newsmill_stage_dead_letters_total{stage="fetch",error_class="${fault}"} 0`,
        ),
      ].sort(),
    );
  });

  it('reads a watched gauge at each scrape, and leaves out what it does not know', async () => {
    const metrics = new Metrics(false);
    const readings = [new Map([['left', 3]]), undefined, new Map([['right', 5]])];
    metrics.watch(depth, async () => {
      const counts = readings.shift();
      if (counts === undefined) throw new Error('the database is down');
      return countsOf(depth.labels.side, 'side', counts);
    });
    expect(await samples(metrics)).toEqual(['newsmill_depth{side="left"} 3', 'newsmill_depth{side="right"} 0']);
    expect(await samples(metrics)).toEqual([]);
    expect(await samples(metrics)).toEqual(['newsmill_depth{side="left"} 0', 'newsmill_depth{side="right"} 5']);
  });

  it('does not wait for a reading that does not come, asks for it once, and tells all the others', async () => {
    const metrics = new Metrics(false);
    const answer = Promise.withResolvers<[{ side: 'left' }, number][]>();
    let asked = 0;
    metrics.watch(depth, () => {
      asked += 1;
      return answer.promise;
    });
    metrics.counter(tries).inc({ outcome: 'good' });
    const told = ['newsmill_tries_total{outcome="bad"} 0', 'newsmill_tries_total{outcome="good"} 1'];
    expect(await Promise.all([samples(metrics), samples(metrics)])).toEqual([told, told]);
    expect([await samples(metrics), asked]).toEqual([told, 1]);
    answer.resolve([[{ side: 'left' }, 7]]);
    expect(await samples(metrics)).toEqual(['newsmill_depth{side="left"} 7', ...told]);
  });
});
