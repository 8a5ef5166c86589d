import type { Check } from './check.ts';

/** What one step on a cluster has found. */
export interface StepResult {
  id: string;
  what: string;
  passed: boolean;
  seconds: number;
  /** Articles that got a 202 in it. */
  articles: number;
  /** The longest time without a 202, in seconds. */
  longestGapS: number;
  figures: Record<string, string | number>;
  /** Of everything that was pushed up to its end. */
  check?: Check;
  problems: string[];
}

/** A whole run of deploy/verify. */
export interface KubernetesProof {
  passed: boolean;
  articles: number;
  /** Tries that got no 202 and were pushed again. */
  refused: number;
  steps: StepResult[];
  /** Versions, by name. */
  setting: Record<string, string>;
  notShown: readonly string[];
}

/** A run with its date and commit. */
export interface KubernetesFinding {
  /** RFC 3339, the day alone. */
  date: string;
  commit: string;
  machine: string;
  proof: KubernetesProof;
}

const HEAD = [
  'step',
  'what happens',
  'result',
  's',
  'articles',
  'longest without a 202',
  'lost',
  'duplicates',
  'unknown',
  'altered',
  'figures',
];

/** The section of docs/reliability.md. */
export function kubernetesSection({ date, commit, machine, proof }: KubernetesFinding): string {
  const lines = proof.steps.map(({ id, what, passed, seconds, articles, longestGapS, figures, check, problems }) => [
    id,
    what,
    passed ? 'passed' : `failed: ${problems.join('; ').replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 300)}`,
    seconds,
    ...(check === undefined
      ? ['', '', '', '', '', '']
      : [articles, `${longestGapS} s`, check.lost, check.duplicates, check.unknown, check.altered]),
    Object.entries(figures)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
  ]);
  const table = [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const account = proof.steps.findLast(({ check }) => check !== undefined)?.check?.account.database;
  return `## On Kubernetes

\`npm run verify:kubernetes -- --docs\` ([how](../deploy/verify/README.md)) installs the chart on a real cluster, with Kafka and PostgreSQL outside of it, and does to it
what operators and nodes do. Articles are pushed all the while; after each step the ledger is compared with the database, the public
topics and the account, as above: each article once, with equal content, none that nobody sent.

Run of ${date}, commit ${commit}: ${proof.passed ? 'passed' : 'FAILED'}, ${proof.articles} articles, ${proof.refused} pushes that got no 202 and were sent again${account === undefined ? '' : `; the account: ${account}`}.
${Object.entries(proof.setting)
  .map(([name, value]) => `${name}: ${value}`)
  .join('; ')}. Machine: ${machine}.

${table.join('\n')}

Not shown here:

${proof.notShown.map((line) => `- ${line}`).join('\n')}
`;
}
