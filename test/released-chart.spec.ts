import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { releasedValues } from '../deploy/release/released-values.ts';
import { LEAST } from './support/chart-topologies.ts';
import { CHART, ChartRenderer, helmUnavailable, podsOf } from './support/helm.ts';

const values = readFileSync(join(CHART, 'values.yaml'), 'utf8');
const IMAGES = 'ghcr.io/harbour/news.mill';

describe('values of a released chart', () => {
  it('name where its images are, and are the same otherwise', () => {
    const before = values.split('\n');
    const changed = releasedValues(values, IMAGES)
      .split('\n')
      .filter((line, index) => line !== before[index]);
    expect(changed).toEqual(['  registry: ghcr.io', '  repository: harbour/news.mill']);
  });

  it.each(['', 'harbour/newsmill', 'ghcr.io', 'ghcr.io/'])('are not made of what names no registry: "%s"', (images) => {
    expect(() => releasedValues(values, images)).toThrow('is no registry with a repository');
  });

  it('are not made of values that have no place for it', () => {
    expect(() => releasedValues('image:\n  tag: x\nkafka: {}\n', IMAGES)).toThrow('image has no registry');
    expect(() => releasedValues('kafka: {}\n', IMAGES)).toThrow('have no image');
  });

  (helmUnavailable() ? it.skip : it)('install without naming a registry, with images of that release', () => {
    const folder = mkdtempSync(join(tmpdir(), 'newsmill-released-chart-'));
    const copy = join(folder, 'newsmill');
    cpSync(CHART, copy, { recursive: true });
    writeFileSync(join(copy, 'values.yaml'), releasedValues(values, IMAGES));
    const chart = new ChartRenderer(copy);
    try {
      const { image: _, ...least } = LEAST;
      const images = podsOf(chart.render(least)).map(({ spec }) => spec.containers[0].image as string);
      const apps = ['enricher', 'fetcher', 'parser', 'standalone', 'store'];
      expect([...new Set(images)].sort()).toEqual(apps.map((app) => `${IMAGES}/${app}:0.1.0`));
    } finally {
      chart.close();
      rmSync(folder, { recursive: true });
    }
  });
});
