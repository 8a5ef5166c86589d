/**
 * npm run verify:kubernetes -- --cluster <folder> | --kubeconfig <file> --image <repository> --tag <tag> …
 *
 * Installs newsmill by its chart on a real cluster, with a real Kafka and PostgreSQL on this machine, and closes the count of
 * what is pushed through upgrades, kills, evictions, scaling and bad values: see README.md. --step a,b: `install` and these alone.
 * --docs: writes what was found into docs/reliability.md. Ends with 1 unless every step passed. Needs a build.
 */
import { parseArgs } from 'node:util';
import { recordKubernetes } from '../../test/chaos/reliability-page.ts';
import { optionsOf, USAGE } from './options.ts';
import { prove } from './prove.ts';

const { values } = parseArgs({
  options: {
    cluster: { type: 'string' },
    kubeconfig: { type: 'string' },
    namespace: { type: 'string', default: 'newsmill-verify' },
    'host-address': { type: 'string' },
    'host-name': { type: 'string' },
    image: { type: 'string' },
    layout: { type: 'string', default: 'service' },
    tag: { type: 'string' },
    'next-tag': { type: 'string' },
    'broken-tag': { type: 'string' },
    articles: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '10' },
    step: { type: 'string' },
    docs: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const options = optionsOf(values);
if (typeof options === 'string') {
  console.error(`${options}\n${USAGE}`);
  process.exit(2);
}
try {
  const proof = await prove(options, (line) => console.log(line));
  if (values.docs) recordKubernetes(proof);
  process.exit(proof.passed ? 0 : 1);
} catch (error) {
  console.error(`FAILED: ${(error as Error).message}`);
  process.exit(1);
}
