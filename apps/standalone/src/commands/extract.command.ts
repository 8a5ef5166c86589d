import { Command } from 'commander';

/** `newsmill extract <file|url|->` and `newsmill extract --ndjson` */
export function extractCommand(): Command {
  return new Command('extract')
    .description('print the record of a page; exits with 3 when it holds no article')
    .argument('[page]', 'file, http(s) URL, or - for standard input')
    .option('--url <url>', 'address of a page that comes from a file or standard input')
    .option('--allow <hosts...>', 'private hosts that may be fetched: host, host:port or CIDR')
    .option('--ndjson', 'read lines {id,url,html} from standard input, write a line for each, in order')
    .action(async (page: string | undefined, options: { ndjson?: boolean; url?: string; allow?: string[] }) => {
      const { extractLines, extractPage } = await import('../extract.js');
      if (options.ndjson) await extractLines(process.stdin, process.stdout);
      else process.stdout.write(`${JSON.stringify(await extractPage(page, options), null, 2)}\n`);
    });
}
