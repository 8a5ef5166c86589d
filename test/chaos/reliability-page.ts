import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { type KubernetesFinding, type KubernetesProof, kubernetesSection } from './kubernetes-section.ts';
import type { Scale } from './row.ts';
import { rows } from './rows.ts';
import type { RowResult } from './run-row.ts';

const RESULTS = new URL('../../docs/reliability.json', import.meta.url);
const KUBERNETES = new URL('../../docs/reliability-kubernetes.json', import.meta.url);
const PAGE = new URL('../../docs/reliability.md', import.meta.url);

/** What the last run of a row found, and where. */
interface Finding {
  /** RFC 3339, the day alone. */
  date: string;
  commit: string;
  machine: string;
  scale: Scale;
  result: RowResult;
}

const HEAD = [
  'row',
  'fault',
  'result',
  'articles',
  'kills',
  'redelivered, aborted, retried',
  'lost',
  'duplicates',
  'account from the metrics',
  'recovery',
  'run',
];

/** Puts a result in the place of the row's last one, and writes docs/reliability.md anew. */
export function recordResult(result: RowResult, scale: Scale): void {
  const findings = new Map(readFindings().map((finding) => [finding.result.row, finding]));
  findings.set(result.row, { ...here(), scale, result });
  const inOrder = rows.flatMap(({ id }) => findings.get(id) ?? []);
  writeFileSync(RESULTS, `${JSON.stringify(inOrder, null, 2)}\n`);
  writePage();
}

/** Puts a run on a cluster in the place of the last one, and writes docs/reliability.md anew. */
export function recordKubernetes(proof: KubernetesProof): void {
  const finding: KubernetesFinding = { ...here(), proof };
  writeFileSync(KUBERNETES, `${JSON.stringify(finding, null, 2)}\n`);
  writePage();
}

function writePage(): void {
  writeFileSync(PAGE, page(readFindings(), read<KubernetesFinding>(KUBERNETES)));
}

function here(): Pick<Finding, 'date' | 'commit' | 'machine'> {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  };
}

function readFindings(): Finding[] {
  return read<Finding[]>(RESULTS) ?? [];
}

function read<Content>(file: URL): Content | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function page(findings: readonly Finding[], kubernetes: KubernetesFinding | undefined): string {
  const lines = findings.map(({ date, commit, scale, result }) => {
    const { row, fault, passed, articles, evidence, recoverySeconds, check, problems } = result;
    return [
      row,
      fault,
      passed ? 'passed' : `failed: ${problems.join('; ').replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 300)}`,
      articles,
      evidence.kills,
      `${evidence.redelivered}, ${evidence.abortedTransactions}, ${evidence.retries}`,
      check?.lost ?? '?',
      check?.duplicates ?? '?',
      check?.account.metrics ?? '?',
      `${recoverySeconds} s`,
      `${date}, ${commit}, ${scale}`,
    ];
  });
  const table = [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const figures = findings.map(({ result: { row, evidence, maxRssMb } }) => {
    const memory = Object.entries(maxRssMb).map(([name, mb]) => `${name} ${mb} MB`);
    const own = Object.entries(evidence.figures).map(([name, value]) => `${name}: ${value}`);
    return `- Row ${row}: ${[...own, `memory at most: ${memory.join(', ')}`].join('; ')}.`;
  });
  const machines = [...new Set(findings.map(({ machine }) => machine))];
  return `# Reliability

Nothing is lost and nothing doubles when processes, brokers, databases and wires fail. This page is written by
\`npm run chaos -- --docs\`: each row breaks real parts while articles are pushed over HTTP, and then compares a ledger
of every 202, kept outside of what breaks, with the database, the public topics and the account. It shows the last run of
each row; \`npm run chaos -- --docs --row 4\` repeats one, \`--short\` takes fewer articles.

Machine: ${machines.join('; ')}.

${table.join('\n')}

- **lost**: got a 202 and is not stored. **duplicates**: stored twice for one receipt, told
  as more than one revision, or changed more than once for a consumer that drops a repeated (\`ce_source\`, \`ce_id\`) and
  applies only greater revisions.
- **redelivered, aborted, retried**: events known to have been handled twice, transaction markers of aborted
  transactions on the brokers' disks, and warnings of the services that work was tried again. A fault counts only when
  articles with a 202 were not stored yet at that moment.
- **recovery**: seconds from the end of the fault until an article pushed after it is stored; 30 at most.
- The account must close from the database in every row, and from the metrics in each row in which no service process
  ended: counters die with their process.

## Figures

${figures.join('\n')}

${kubernetes === undefined ? '' : `${kubernetesSection(kubernetes)}\n`}## Not covered

Loss of a disk, of power (PostgreSQL runs without fsync here) or of a data centre; wrong data written by a broken disk;
a network that corrupts bytes; Byzantine clients; kernels that lie about fsync; brokers of other versions.
`;
}
