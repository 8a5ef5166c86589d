/** What a release must agree on, as files say it. */
export interface ReleaseFacts {
  /** `v` and the version. */
  tag: string;
  /** Versions by the file that says them. */
  versions: ReadonlyMap<string, string | undefined>;
  /** CHANGELOG.md. */
  changelog: string;
  /** Texts of the generated schemas by name, and of those that consumers have been promised. */
  schemas: { generated: ReadonlyMap<string, string>; released: ReadonlyMap<string, string> };
}

// https://semver.org, without build metadata: registries do not take its "+".
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** Why a tag cannot be released, every reason with the file to mend; empty when it can. */
export function releaseProblems({ tag, versions, changelog, schemas }: ReleaseFacts): string[] {
  const version = tag.startsWith('v') ? tag.slice(1) : '';
  if (!VERSION.test(version)) return [`the tag is "${tag}": name it v and the version, such as v1.2.3`];
  const problems: string[] = [];
  for (const [file, said] of versions) {
    if (said !== version) problems.push(`${file} says ${said ?? 'no version'}, the tag ${version}`);
  }
  const section = sectionOf(changelog, version);
  if (section === undefined) problems.push(`CHANGELOG.md has no section "## ${version} (<day>)"`);
  else if (!isDay(section.day)) {
    problems.push(`CHANGELOG.md says "${section.day}" of ${version}: write the day of the release, such as 2026-11-23`);
  } else if (section.text === '') problems.push(`CHANGELOG.md says nothing of ${version}`);
  for (const [name, text] of schemas.generated) {
    if (schemas.released.get(name) !== text) {
      problems.push(
        `libs/contracts/schemas/released/${name} is not what is released: copy it from libs/contracts/schemas`,
      );
    }
  }
  return problems;
}

/** What CHANGELOG.md says of a version, without its heading. @throws Error when it says nothing */
export function releaseNotes(changelog: string, version: string): string {
  const text = sectionOf(changelog, version)?.text;
  if (!text) throw new Error(`CHANGELOG.md says nothing of ${version}`);
  return `${text}\n`;
}

interface Section {
  /** What stands in brackets behind the version; empty without. */
  day: string;
  text: string;
}

function sectionOf(changelog: string, version: string): Section | undefined {
  const lines = changelog.split('\n');
  const isHeading = (line: string): boolean => line.startsWith('## ');
  const start = lines.findIndex((line) => isHeading(line) && line.slice(3).trim().split(' ')[0] === version);
  if (start < 0) return undefined;
  const behind = lines.slice(start + 1);
  const end = behind.findIndex(isHeading);
  const [, day = ''] = /\(([^()]*)\)\s*$/.exec(lines[start]!) ?? [];
  return { day, text: (end < 0 ? behind : behind.slice(0, end)).join('\n').trim() };
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // February 30 is read as a day of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
