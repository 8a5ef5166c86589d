import { describe, expect, it } from '@jest/globals';
import { optionsOf } from '../deploy/verify/options.ts';
import { kubernetesSection, type StepResult } from './chaos/kubernetes-section.ts';

const DEFAULTS = { namespace: 'verify', layout: 'service', articles: '2000', rate: '10' };
const CLUSTER = {
  ...DEFAULTS,
  kubeconfig: 'config',
  image: 'registry.example/newsmill',
  tag: '1',
  'host-address': '::1',
};

describe('options of verify:kubernetes', () => {
  it('take a node of this machine, with every step', () => {
    expect(optionsOf({ ...DEFAULTS, cluster: 'tools' })).toMatchObject({
      target: { kind: 'node', tools: 'tools' },
      articles: 2000,
      steps: expect.arrayContaining(['install', 'test', 'upgrade', 'kill', 'evict', 'scale', 'misspelt']),
    });
  });

  it('take any cluster; a step that is wanted alone has the installation before it', () => {
    expect(optionsOf({ ...CLUSTER, step: 'kill' })).toMatchObject({
      target: { kind: 'cluster', host: { address: '::1', name: '::1' }, image: { tag: '1', layout: 'service' } },
      steps: ['install', 'kill'],
    });
  });

  it.each([
    [{ ...DEFAULTS }, 'either --cluster or --kubeconfig'],
    [{ ...CLUSTER, cluster: 'tools' }, 'either --cluster or --kubeconfig'],
    [{ ...CLUSTER, tag: undefined }, '--kubeconfig needs --image, --tag and --host-address'],
    [{ ...CLUSTER, layout: 'two' }, '--layout two'],
    [{ ...CLUSTER, articles: '0' }, '--articles 0'],
    [{ ...CLUSTER, rate: 'fast' }, '--rate fast'],
    [{ ...CLUSTER, step: 'kill,explode' }, 'no step explode'],
  ])('refuse %j', (given, reason) => {
    expect(optionsOf(given)).toEqual(expect.stringContaining(reason));
  });
});

describe('the section of docs/reliability.md', () => {
  it('tells figures and failures of every step, in a table that stays one', () => {
    const step = (id: string, rest: Partial<StepResult>): StepResult => ({
      ...{
        id,
        what: `what ${id} is`,
        passed: true,
        seconds: 7,
        articles: 5,
        longestGapS: 1.5,
        figures: {},
        problems: [],
      },
      ...rest,
    });
    const check = {
      ...{ lost: 0, duplicates: 1, unknown: 2, altered: 3, publicRepeats: 0, problems: [] },
      account: { database: '5 = 5 stored', metrics: '' },
    };
    const text = kubernetesSection({
      date: '2026-01-02',
      commit: 'abc1234',
      machine: 'a machine',
      proof: {
        passed: false,
        articles: 5,
        refused: 4,
        setting: { Kubernetes: 'v1' },
        notShown: ['policies'],
        steps: [
          step('kill', { check, figures: { kills: 8 } }),
          step('scale', { passed: false, problems: ['a | b\nc'] }),
        ],
      },
    });
    expect(text).toContain('| kill | what kill is | passed | 7 | 5 | 1.5 s | 0 | 1 | 2 | 3 | kills: 8 |');
    expect(text).toContain('| scale | what scale is | failed: a / b c | 7 |  |  |  |  |  |  |  |');
    expect(text).toContain('Run of 2026-01-02, commit abc1234: FAILED, 5 articles');
    expect(text).toContain('the account: 5 = 5 stored');
    expect(text).toContain('- policies');
  });
});
