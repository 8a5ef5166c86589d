import type { Discovery, SourcePage, SourceView } from '@newsmill/fetcher';
import { Command } from 'commander';
import { CommandError } from './command-error.js';
import type { AdminApi } from './admin-api.js';

interface Output {
  json?: boolean;
}

interface Adding extends Output {
  id?: string;
  name?: string;
  feed?: string[];
  paused?: true;
}

/** `newsmill sources add|list|show|pause|resume|test|remove` */
export function sourcesCommand(): Command {
  const command = new Command('sources').description(
    'sites that articles are taken from (docs/sources.md); speaks to the fetcher at NEWSMILL_URL',
  );
  command
    .command('add')
    .description('follow a site: its feeds are found from its home page')
    .argument('[home]', 'address of the home page, or of a feed')
    .option('--feed <urls...>', 'follow these feeds and look for no others')
    .option('--id <id>', 'default: made from the address')
    .option('--name <text>', 'for people; default: the host')
    .option('--paused', 'take nothing from it until it is resumed')
    .option('--json', 'print one JSON document')
    .action((home: string | undefined, { json, feed: feeds, ...others }: Adding) =>
      withApi(async (api) => {
        if (home === undefined && feeds === undefined) throw new CommandError('name a home page, or --feed', 2);
        const added = await api.ask<SourceView>('POST', '/v1/sources', { home, feeds, ...others });
        print(json, added, () => sourceText(added));
      }),
    );
  command
    .command('list')
    .description('every source with its feeds (exit code 1: the sources file has mistakes)')
    .option('--json', 'print one JSON document')
    .action(({ json }: Output) =>
      withApi(async (api) => {
        const { sources, file } = await all(api);
        const texts = [...sources.map(sourceText), ...(file === undefined ? [] : [fileText(file)])];
        print(json, { sources, file }, () => texts.join('\n') || 'no sources');
        if (file?.state === 'broken') process.exitCode = 1;
      }),
    );
  onOne(command, 'show', 'one source, and what the last search for its feeds looked at', (api, path) =>
    api.ask('GET', path),
  );
  onOne(command, 'pause', 'take nothing from it until it is resumed', (api, path) =>
    api.ask('PATCH', path, { paused: true }),
  );
  onOne(command, 'resume', 'go on where it stopped', (api, path) => api.ask('PATCH', path, { paused: false }));
  command
    .command('test')
    .description('look for the feeds of a site and keep nothing (exit code 1: none was found)')
    .argument('<what>', 'address of a home page or feed, or id of a source')
    .option('--json', 'print one JSON document')
    .action((what: string, { json }: Output) =>
      withApi(async (api) => {
        const found = await (/^https?:/i.test(what)
          ? api.ask<Discovery>('POST', '/v1/sources:test', { url: what })
          : api.ask<Discovery>('POST', `${pathOf(what)}:test`));
        print(json, found, () => discoveryText(found));
        if (found.state !== 'found') process.exitCode = 1;
      }),
    );
  command
    .command('remove')
    .description('follow a source no more; its articles stay')
    .argument('<id>')
    .action((id: string) =>
      withApi(async (api) => {
        await api.ask('DELETE', pathOf(id));
        process.stdout.write(`removed ${id}\n`);
      }),
    );
  return command;
}

function onOne(
  command: Command,
  name: string,
  description: string,
  act: (api: AdminApi, path: string) => Promise<SourceView>,
): void {
  command
    .command(name)
    .description(description)
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action((id: string, { json }: Output) =>
      withApi(async (api) => {
        const source = await act(api, pathOf(id));
        print(json, source, () => [sourceText(source), ...(source.steps ?? []).map(stepText)].join('\n'));
      }),
    );
}

async function withApi(use: (api: AdminApi) => Promise<void>): Promise<void> {
  const { AdminApi: Api } = await import('./admin-api.js');
  await use(await Api.open());
}

/** Page by page. */
async function all(api: AdminApi): Promise<Omit<SourcePage, 'next'>> {
  const sources: SourceView[] = [];
  for (let cursor = ''; ;) {
    const page = await api.ask<SourcePage>('GET', `/v1/sources?limit=1000${cursor}`);
    sources.push(...page.sources);
    if (page.next === undefined) return { sources, ...(page.file && { file: page.file }) };
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

function pathOf(id: string): string {
  return `/v1/sources/${encodeURIComponent(id)}`;
}

function print(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text()}\n`);
}

function sourceText({ id, state, origin, home, feeds, discovery }: SourceView): string {
  const why = discovery?.error === undefined ? '' : `  ${discovery.error}`;
  const next = state === 'following' || discovery?.nextAt === undefined ? '' : `, looks again ${discovery.nextAt}`;
  return [`${id}  ${state}  ${origin}  ${home ?? '-'}${why}${next}`, ...feeds.map(feedText)].join('\n');
}

function feedText({ url, kind, format, active, sameAs, failures = 0 }: SourceView['feeds'][number]): string {
  const role = active ? 'follows' : sameAs === undefined ? 'knows' : `knows, the same as ${sameAs}:`;
  return `    ${role} ${url} (${format ?? kind})${failures > 0 ? `, failed ${failures} times` : ''}`;
}

function stepText({ url, from, result, reason }: Discovery['steps'][number]): string {
  return `  ${result.padEnd(11)} ${url}  ${reason} (${from})`;
}

function discoveryText({ state, error, feeds, steps, requests }: Discovery): string {
  const followed = feeds.filter((feed) => feed.followed).map(({ url, format }) => `  ${url} (${format})`);
  const verdict = state === 'found' ? `would follow, after ${requests} requests:` : `${state}: ${error}`;
  return [...steps.map(stepText), verdict, ...followed].join('\n');
}

function fileText({ state, readAt, sources, problems = [] }: NonNullable<SourcePage['file']>): string {
  const inForce = `${sources} sources are in force since ${readAt}`;
  if (state === 'in force') return `sources file: ${inForce}`;
  return [`sources file: BROKEN, ${inForce}`, ...problems.map((problem) => `    ${problem}`)].join('\n');
}
