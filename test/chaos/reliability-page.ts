import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { RowResult } from './run-row.ts';

const HEAD = [
  'row',
  'fault',
  'result',
  'articles',
  'kills',
  'redelivered, aborted, retried',
  'lost',
  'duplicates',
  'recovery',
];

/** docs/reliability.md: what was run, where, and what came of it. */
export function reliabilityPage(results: readonly RowResult[], args: readonly string[]): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const lines = results.map(({ row, fault, passed, articles, evidence, recoverySeconds, check, problems }) => [
    row,
    fault,
    passed ? 'passed' : `failed: ${problems.join('; ').replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 300)}`,
    articles,
    evidence.kills,
    `${evidence.redelivered}, ${evidence.abortedTransactions}, ${evidence.retries}`,
    check?.lost ?? '?',
    check?.duplicates ?? '?',
    `${recoverySeconds} s`,
  ]);
  const table = [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const figures = results.flatMap(({ row, evidence, maxRssMb }) => {
    const memory = Object.entries(maxRssMb).map(([name, mb]) => `${name} ${mb} MB`);
    const own = Object.entries(evidence.figures).map(([name, value]) => `${name}: ${value}`);
    return [`- Row ${row}: ${[...own, `memory at most: ${memory.join(', ')}`].join('; ')}.`];
  });
  return `# Reliability

Nothing is lost and nothing doubles when processes, brokers, databases and wires fail. This page is written by
\`npm run chaos -- --docs\`: each row breaks real parts while articles are pushed over HTTP, and then compares a ledger
of every 202, kept outside of what breaks, with the database, the public topics and the account.

Run on ${new Date().toISOString().slice(0, 10)} at commit ${commit} with \`npm run chaos -- ${args.join(' ')}\`, on ${machine}.

${table.join('\n')}

- **lost**: got a 202 and is not stored. **duplicates**: stored as more than one version, or changed more than once for
  a consumer that drops a repeated (\`ce_source\`, \`ce_id\`) and applies only greater revisions.
- **redelivered, aborted, retried**: events known to have been handled twice, transaction markers of aborted
  transactions on the brokers' disks, and warnings of the services that work was tried again. A fault counts only when
  articles with a 202 were not stored yet at that moment.
- **recovery**: seconds from the end of the fault until an article pushed after it is stored; 30 at most.
- The account must close from the database in every row, and from the metrics in each row in which no service process
  ended: counters die with their process.

## Figures

${figures.join('\n')}

## Not covered

Loss of a disk, of power (PostgreSQL runs without fsync here) or of a data centre; wrong data written by a broken disk;
a network that corrupts bytes; Byzantine clients; kernels that lie about fsync; brokers of other versions; Kubernetes
evictions.
`;
}
