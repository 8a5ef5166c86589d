import { parseArgs } from 'node:util';
import { contestants, isName, names, type Name } from './contestants.ts';
import { DEFAULT_DATA, hasGold } from './gold.ts';

export interface Options {
  data: string;
  /** In the order of the table. */
  contestants: Name[];
  rounds: number;
  pageSeconds: number;
  output: 'table' | 'json' | 'docs' | 'linear' | 'update-reached';
}

/** The command line cannot be followed; the message says what to give instead. */
export class UsageError extends Error {}

export const USAGE = `npm run --silent bench:extraction -- [options]

  --data DIR           folder with gold.json and the pages
  --peers a,b          extractors that run beside ours and the floors
  --only a,b           all that run, of: ${names.join(', ')}
  --rounds 3           how often each is timed; 0 leaves speed out
  --page-seconds 60    longest time for one page
  --json               print the figures alone
  --docs               write docs/quality.md
  --linear             tell how time grows with the page
  --update-reached     write the scores that the quality spec holds
  --help`;

/**
 * @returns undefined when help is asked for
 * @throws {UsageError}
 */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parsed(args);
  if (values.help) return undefined;
  const data = values.data ?? DEFAULT_DATA;
  if (!hasGold(data))
    throw new UsageError(
      `${values.data === undefined ? `no pages to measure: ${data} is absent` : `no gold.json in ${data}`}. Give --data DIR, a folder with ` +
        'gold.json (id → {url, articleBody, title?, authors?, datePublished?, images?, source}) and <id>.html.gz or <id>.html',
    );
  const outputs = (['json', 'docs', 'linear', 'update-reached'] as const).filter((name) => values[name]);
  if (outputs.length > 1) throw new UsageError(`--${outputs.join(' and --')}: one of them`);
  const [output = 'table'] = outputs;
  if (output === 'update-reached' && values.data !== undefined)
    throw new UsageError('--update-reached holds for the default pages: without --data');
  const running: Name[] =
    output === 'update-reached' || output === 'linear' ? ['newsmill'] : chosen(values.only, values.peers);
  if (running.length === 0) throw new UsageError(`--only names nobody: ${names.join(', ')}`);
  if (output === 'docs' && !running.includes('newsmill')) throw new UsageError('--docs: newsmill must run');
  return {
    data,
    contestants: running,
    rounds: whole('rounds', values.rounds, 0),
    pageSeconds: whole('page-seconds', values['page-seconds'], 1),
    output,
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        data: { type: 'string' },
        peers: { type: 'string' },
        only: { type: 'string' },
        rounds: { type: 'string', default: '3' },
        'page-seconds': { type: 'string', default: '60' },
        json: { type: 'boolean', default: false },
        docs: { type: 'boolean', default: false },
        linear: { type: 'boolean', default: false },
        'update-reached': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** `--only` names all that run; `--peers` names the peers that run beside ours and the floors. */
function chosen(only: string | undefined, peers: string | undefined): Name[] {
  const listed = (text: string): Name[] =>
    text
      .split(',')
      .filter((name) => name !== '')
      .map((name) => {
        if (!isName(name)) throw new UsageError(`no contestant ${name}: ${names.join(', ')}`);
        return name;
      });
  if (only !== undefined) {
    const some = listed(only);
    return names.filter((name) => some.includes(name));
  }
  if (peers === undefined) return names;
  const some = listed(peers);
  return names.filter((name) => contestants[name].kind !== 'peer' || some.includes(name));
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`--${name} ${text}: a whole number from ${least}`);
  return value;
}
