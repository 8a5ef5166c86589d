import type { Command } from 'commander';
import type { RuleOptions } from '../publisher-rules.js';
import type { PageOptions } from '../read-page.js';
import { pageCommand } from './page-command.js';

/** Columns when the output is no terminal. */
const DEFAULT_WIDTH = 120;

/** `newsmill explain <file|url|->` */
export function explainCommand(): Command {
  return pageCommand('explain', '<page>')
    .description('tell why a page comes out as it does; exits with 3 when it holds no article')
    .option('--json', 'print one JSON document')
    .option('--all', 'list every block of the page, those far from the article too')
    .action(async (page: string, options: PageOptions & RuleOptions & { json?: boolean; all?: boolean }) => {
      const { explainArticle } = await import('@newsmill/extraction');
      const { explanationText } = await import('../explain-text.js');
      const { publisherRules } = await import('../publisher-rules.js');
      const { readPage } = await import('../read-page.js');
      const publishers = publisherRules(options);
      const { html, url } = await readPage(page, options);
      const explanation = explainArticle({ html, url, fetchedAt: new Date().toISOString() }, { publishers });
      const { stdout } = process;
      const style = {
        width: stdout.columns ?? DEFAULT_WIDTH,
        colour: stdout.isTTY && stdout.hasColors(),
        all: options.all === true,
      };
      stdout.write(options.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, style));
      if (!explanation.outcome.article) process.exitCode = 3;
    });
}
