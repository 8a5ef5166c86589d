import type { Verdict } from '@newsmill/feeds/conformance';

const ARTICLE_LEVEL = ['illformed', 'encoding'];

/** What the cases call their kinds: the folder, and within wellformed the one below it. */
export function kindOf(name: string): string {
  const [top = '', below = ''] = name.split('/');
  return ARTICLE_LEVEL.includes(top) ? top : below;
}

export interface Count {
  kind: string;
  cases: number;
  excluded: number;
  applicable: number;
  passed: number;
}

/** A count a kind, and one of all under the name `all`. */
export function countByKind(verdicts: readonly Verdict[]): Count[] {
  const kinds = [...Map.groupBy(verdicts, ({ name }) => kindOf(name))].sort(([a], [b]) => a.localeCompare(b));
  return [...kinds.map(([kind, of]) => countOf(kind, of)), countOf('all', verdicts)];
}

function countOf(kind: string, verdicts: readonly Verdict[]): Count {
  const having = (outcome: Verdict['outcome']): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const excluded = having('excluded');
  return { kind, cases: verdicts.length, excluded, applicable: verdicts.length - excluded, passed: having('passed') };
}

/** The report as Markdown: figures by kind, failures by name, exclusions by reason. */
export function report(verdicts: readonly Verdict[]): string {
  const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const counts = countByKind(verdicts).map(({ kind, cases, excluded, applicable, passed }) =>
    row(
      kind,
      cases,
      excluded,
      applicable,
      passed,
      applicable === 0 ? '–' : `${((100 * passed) / applicable).toFixed(1)} %`,
    ),
  );
  const failed = verdicts.filter(({ outcome }) => outcome === 'failed').map(({ name }) => `- \`${name}\``);
  const reasons = Map.groupBy(
    verdicts.filter((verdict) => verdict.outcome === 'excluded'),
    ({ reason }) => reason,
  );
  const exclusions = [...reasons]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, cases]) => row(reason, cases.length, namesOf(cases.map(({ name }) => name))));
  return [
    row('Kind', 'cases', 'excluded', 'applicable', 'passed', 'rate'),
    row('---', '---:', '---:', '---:', '---:', '---:'),
    ...counts,
    '',
    'Applicable and not passed:',
    '',
    ...failed,
    '',
    row('Excluded because of', 'cases', 'which'),
    row('---', '---:', '---'),
    ...exclusions,
    '',
  ].join('\n');
}

/** A whole folder by its name, else every case. */
function namesOf(names: readonly string[]): string {
  const folders = Map.groupBy(names, (name) => name.slice(0, name.lastIndexOf('/') + 1));
  return [...folders]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([folder, of]) =>
      WHOLE.has(folder)
        ? `\`${folder}*\``
        : `\`${folder}\`: ${of
            .map((name) => name.slice(folder.length, -4))
            .sort()
            .join(', ')}`,
    )
    .join('; ');
}

const WHOLE = new Set([
  'wellformed/sanitize/',
  'wellformed/cdf/',
  'wellformed/psc/',
  'wellformed/geo/',
  'illformed/geo/',
]);
