import { fileURLToPath } from 'node:url';
import { table } from '../extraction/report/markdown.ts';
import { churns } from './churn.ts';
import { edits } from './edits.ts';
import type { Case } from './ladder.ts';
import { churnOf, editsOf, scoreOf, share } from './score.ts';

export const MATERIAL_CHANGE_PAGE = fileURLToPath(new URL('../../../docs/material-change.md', import.meta.url));

/** Pages that are reported together. */
export interface Group {
  name: string;
  pages: number;
  cases: readonly Case[];
}

const percent = (part: number, of: number): string => (of === 0 ? '' : `${(100 * share(part, of)).toFixed(1)} %`);

/** The figures of every group and kind, for machines. */
export function figuresOf(groups: readonly Group[]): unknown {
  return groups.map(({ name, pages, cases }) => ({
    name,
    pages,
    churn: scoreOf(churnOf(cases)),
    edits: scoreOf(editsOf(cases)),
    kinds: Object.fromEntries([...Map.groupBy(cases, ({ kind }) => kind)].map(([kind, some]) => [kind, scoreOf(some)])),
  }));
}

/** The tables of the page, on their own. */
export function tables(groups: readonly Group[]): string {
  return [summary(groups), '', churnTable(groups), '', editTable(groups)].join('\n');
}

function summary(groups: readonly Group[]): string {
  const rows = groups.map(({ name, pages, cases }) => {
    const [churn, edited] = [scoreOf(churnOf(cases)), scoreOf(editsOf(cases))];
    return [
      name,
      String(pages),
      String(churn.cases),
      percent(churn.right, churn.cases),
      String(edited.cases),
      percent(edited.right, edited.cases),
      percent(edited.named, edited.cases),
    ];
  });
  return table(['Pages', 'pages', 'churn', 'suppressed', 'edits', 'caught', 'named'], rows);
}

function churnTable(groups: readonly Group[]): string {
  const rows = churns.map(({ name }) => [
    name,
    ...groups.map(({ cases }) => {
      const { right, cases: all } = scoreOf(cases.filter(({ kind }) => kind === name));
      return all === 0 ? '' : `${right}/${all}`;
    }),
  ]);
  return table(['Churn, suppressed', ...groups.map(({ name }) => name)], rows);
}

function editTable(groups: readonly Group[]): string {
  const rows = edits.map(({ name, field }) => [
    name,
    field,
    ...groups.map(({ cases }) => {
      const { right, named, cases: all } = scoreOf(cases.filter(({ kind }) => kind === name));
      return all === 0 ? '' : `${right}/${all}, ${named}`;
    }),
  ]);
  return table(['Edit, caught and named', 'field', ...groups.map(({ name }) => name)], rows);
}

/** docs/material-change.md. Of real pages it holds figures alone: their texts are their publishers'. */
export function materialChangePage(groups: readonly Group[]): string {
  return `# Material change

Written by \`node test/bench/edit-ladder.ts --docs\`; the changes that it makes are in \`test/bench/edit-ladder\`.

A page that is fetched again is another document nearly every time. An event is published only when something moved that
a subscriber acts on; \`fields\` of the event on \`news.article.changes.v1\` names what. A newer version in which nothing
of it moved refreshes the record without an event.

## What counts

| Field | What is compared | Why |
|---|---|---|
| \`headline\` | all headlines | read; role \`display\` is the page's heading where the metadata word it otherwise |
| \`description\` | all descriptions | read in lists, feeds and search |
| \`body\` | the plain text without its notes; without plain text, all bodies | read; formatting and links that leave the text alone are layout |
| \`by\` | the byline, else the names of the authors | read |
| \`images\` | each picture once, in order: which one, caption, alternative text, credit, copyright | seen; an alternative text is read aloud. Host, size and format are the delivery's |
| \`pubStatus\` | usable, withheld, canceled | decides whether it may be read at all |
| \`edNote\` | the note | tells readers and editors how to take the text |
| \`corrections\` | their texts | an error was admitted; makes the event a \`correction\` |
| \`usageTerms\`, \`copyrightHolder\`, \`copyrightNotice\`, \`rightsInfo\` | as stated | a consumer may have to act: what was allowed yesterday is not today |
| \`expires\` | the moment | a consumer must take it down by itself then |
| \`urgency\`, \`slugline\`, \`genres\` | as stated | newsrooms route and label by them: a flash, an opinion |
| \`located\` | the dateline | read |
| \`subjects\` | those of a controlled vocabulary that state no confidence | subscribers filter by what a newsroom assigned |
| \`infoSources\` | all but the publisher | an agency named as source has rights in the text |

Rights, urgency, slugline, genres, assigned subjects and sources come from documents that newsrooms push: no page states
them, so no rule asks how an article came in.

## What does not count

| Property | Why |
|---|---|
| keywords and sections of a page | rewritten by tagging systems at any time; no reader reads them |
| \`subjects\` with a confidence, \`people\`, \`organisations\`, \`places\` | what enrichment found in the text: they follow it, and models change |
| the publisher among \`infoSources\` | pages spell their own name in several ways |
| \`language\` | found in the text, which counts itself |
| \`embargoedUntil\` | when something is told, not what |
| \`version\`, \`versionCreated\`, \`firstCreated\`, \`contentCreated\`, \`x.dates\` | touched dates are the most frequent churn there is |
| \`altIds\`, \`x.url\`, \`x.acquisition\` | how it was found |
| \`x.access\` | follows offers and tests of them |
| \`x.readingTime\`, \`x.fingerprint\`, \`x.language\`, \`x.provenance\`, \`x.parse\` | made from the text or about reading it |

Of an article that is not usable before and after, \`pubStatus\` and \`edNote\` alone are told: nobody may read the rest.

## How text is compared

White space, soft hyphens, zero-width spaces and marks of direction are layout. Code points are composed (NFC). Quotation
marks, apostrophes, dashes and ellipses compare by their kind and not by their shape: houses set them by rule, and a
change of the rule rewrites a whole archive overnight without a word being edited. Capitals, commas, full stops, accents
and the joiners of Persian and Indic scripts count: a newsroom that touches them corrects its text.

The content hash covers the same fields in the same form: of two usable versions it is equal if, and only if, no field
has changed.

## The ladder

Every page is changed in its source, one kind of change at a time, at places of its known article, and goes the whole
way: page, extraction, record, annotations, comparison. Churn is looked at twice: when it first appears on the page, and
when it differs from one visit to the next. Churn is suppressed when no field is told. An edit is caught when its field
is told, and named when no other field is told but those that held the same words. A change is made only where the page
has something to be changed so. A page that is taken for no article after a change counts as wrong.

Pages of the project are its sample newspaper and the golden pages of the extraction. Real pages are one a publisher,
drawn by lot; the rules of comparison were written while looking at the first half and not at the second. The extraction
itself was developed on pages of both halves, so for it these are development figures.

${summary(groups)}

### Churn by kind

${churnTable(groups)}

### Edits by kind

Caught of all, and how many of them named no other field.

${editTable(groups)}
`;
}
