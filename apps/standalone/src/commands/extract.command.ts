import type { Command } from 'commander';
import type { PageOptions } from '../read-page.js';
import type { RuleOptions } from '../publisher-rules.js';
import { pageCommand } from './page-command.js';

/** `newsmill extract <file|url|->` and `newsmill extract --ndjson` */
export function extractCommand(): Command {
  return pageCommand('extract', '[page]')
    .description(
      'print the record of a page, or of a ninjs, NewsML-G2, NewsML 1 or NITF document; exits with 3 when it holds no article',
    )
    .option('--ndjson', 'read lines {id,url,html} from standard input, write a line for each, in order')
    .action(async (page: string | undefined, options: { ndjson?: boolean } & PageOptions & RuleOptions) => {
      const { extractLines, extractPage } = await import('../extract.js');
      if (options.ndjson) await extractLines(process.stdin, process.stdout, options);
      else process.stdout.write(`${JSON.stringify(await extractPage(page, options), null, 2)}\n`);
    });
}
