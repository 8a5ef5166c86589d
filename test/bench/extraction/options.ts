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

/** @throws {UsageError} */
export function readOptions(args: string[]): Options {
  const { values } = parsed(args);
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
  return {
    data,
    contestants: output === 'update-reached' || output === 'linear' ? ['newsmill'] : chosen(values.only, values.peers),
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
