/**
 * `node deploy/release/notes.ts v1.2.3`: the notes of a release on standard output. Ends with 1, and every reason on
 * standard error, where tag, versions, CHANGELOG.md and promised schemas do not agree.
 */
import { join } from 'node:path';
import { readReleaseFacts } from './read-release-facts.ts';
import { releaseNotes, releaseProblems } from './release-notes.ts';

const [tag = ''] = process.argv.slice(2);
const facts = await readReleaseFacts(join(import.meta.dirname, '../..'), tag);
const problems = releaseProblems(facts);
if (problems.length > 0) {
  for (const problem of problems) console.error(problem);
  process.exitCode = 1;
} else {
  process.stdout.write(releaseNotes(facts.changelog, tag.slice(1)));
}
