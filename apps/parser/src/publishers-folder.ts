import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInPublishers, type Publisher, PublisherError, PublisherRules, readPublisher } from '@newsmill/extraction';

/**
 * The built-in rules, and those of the JSON files of a folder: one publisher a file. For a host that a file names, the
 * built-in rules do not count.
 * @param folder none: the built-in rules alone
 * @throws PublisherError that tells every problem of every file
 */
export function readPublisherRules(folder: string | undefined): PublisherRules {
  if (folder === undefined) return new PublisherRules(builtInPublishers);
  const problems: string[] = [];
  const own: Publisher[] = [];
  for (const file of jsonFiles(folder)) {
    try {
      own.push(readPublisher(parse(join(folder, file), file), file));
    } catch (error) {
      if (!(error instanceof PublisherError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new PublisherError(problems);
  return new PublisherRules(builtInPublishers, own);
}

/** What is wrong with the files of a folder, each problem naming the setting, the file and the field. */
export function publisherProblems(folder: string | undefined): string[] {
  try {
    readPublisherRules(folder);
    return [];
  } catch (error) {
    if (!(error instanceof PublisherError)) throw error;
    return error.problems.map((problem) => `NEWSMILL_PUBLISHERS_DIR: ${problem}`);
  }
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort();
  } catch (error) {
    throw new PublisherError([`${folder}: cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
}

function parse(path: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new PublisherError([`${file}: file: is no JSON that can be read (${(error as Error).message}): correct it`]);
  }
}
