import { Command } from 'commander';
import type { RuleOptions } from '../publisher-rules.js';

interface FetchOptions extends RuleOptions {
  allow?: string[];
  json?: boolean;
}

/** `newsmill fetch <url>` */
export function fetchCommand(): Command {
  return new Command('fetch')
    .description(
      'take one address as the fetcher does and tell each step; stores nothing. Exits with 0: an article, 1: no answer or a status other than 2xx, 2: a wrong address, 3: no article, 5: not allowed',
    )
    .argument('<url>', 'http(s) address')
    .option('--allow <hosts...>', 'private hosts that may be fetched, besides NEWSMILL_OUTBOUND_ALLOW')
    .option('--publishers <dir>', "folder of publishers' rules, in place of NEWSMILL_PUBLISHERS_DIR")
    .option('--generic', "leave out publishers' rules, the built-in ones too")
    .option('--json', 'print one JSON document')
    .action(async (url: string, options: FetchOptions) => {
      const { fetchAddress } = await import('../fetch/fetch-address.js');
      const { exitCodeOf } = await import('../fetch/fetch-report.js');
      const { fetchText } = await import('../fetch/fetch-text.js');
      const { commandOutboundOptions } = await import('@newsmill/fetcher');
      const { publisherRules } = await import('../publisher-rules.js');
      const { robotsCheck } = await import('../fetch/robots-check.js');
      const outbound = commandOutboundOptions(options.allow ?? []);
      const report = await fetchAddress(url, {
        outbound,
        robots: robotsCheck(outbound),
        publishers: publisherRules(options),
        now: new Date(),
      });
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : fetchText(report));
      process.exitCode = exitCodeOf(report);
    });
}
