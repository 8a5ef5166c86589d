import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { RuleOptions } from '../publisher-rules.js';
import type { PageOptions } from '../read-page.js';
import { pageCommand } from './page-command.js';

const FIXTURES = fileURLToPath(new URL('../../../../libs/extraction/fixtures', import.meta.url));

interface FixtureOptions extends PageOptions, RuleOptions {
  publisher?: string;
  name: string;
  out: string;
  prune: boolean;
}

/** `newsmill fixture <file|url|->` */
export function fixtureCommand(): Command {
  return pageCommand('fixture', '<page>')
    .description("make a test case of a page, without its publisher's words; exits with 4 when it is read otherwise")
    .option('--publisher <host>', 'host whose rules are tested; default: that of the address')
    .option('--name <case>', 'name of the case', 'article')
    .option('--out <dir>', 'folder of the fixtures', FIXTURES)
    .option('--no-prune', 'keep the parts of the page far from the article')
    .action(async (page: string, options: FixtureOptions) => {
      const { writeFixture } = await import('../write-fixture.js');
      const { lines, isFaithful } = await writeFixture(page, options);
      for (const line of lines) process.stdout.write(`${line}\n`);
      if (!isFaithful) process.exitCode = 4;
    });
}
