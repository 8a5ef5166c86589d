import { dashboard } from './grafana/dashboard.ts';
import { proofIntervals, rulesFile, rulesTestFile } from './prometheus/rules.ts';

/** Every generated file by its path from the root, with the content it must have. */
export function observabilityFiles(): Map<string, string> {
  return new Map([
    ['deploy/grafana/newsmill.json', `${JSON.stringify(dashboard(), null, 2)}\n`],
    ['deploy/prometheus/rules.yaml', rulesFile()],
    ...proofIntervals.map((interval): [string, string] => {
      const name = interval === '1m' ? 'rules' : `rules-${interval}`;
      return [`deploy/prometheus/${name}.test.yaml`, rulesTestFile(interval)];
    }),
  ]);
}
