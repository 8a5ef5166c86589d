import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Extraction, makeFixture } from '@newsmill/extraction';
import { CommandError } from './commands/command-error.js';
import { publisherRules, type RuleOptions } from './publisher-rules.js';
import { type PageOptions, readPage } from './read-page.js';

export interface FixtureRequest extends PageOptions, RuleOptions {
  /** Host whose rules are tested. */
  publisher?: string;
  name: string;
  /** Folder of the fixtures. */
  out: string;
  prune: boolean;
}

/** What was written, line by line, and whether the scrubbed page is read as the real one. */
export interface WrittenFixture {
  lines: string[];
  isFaithful: boolean;
}

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/**
 * Writes `<out>/<host>/<name>.html` and `.json`.
 * @throws CommandError when the page cannot be read or a name is wrong
 */
export async function writeFixture(page: string, request: FixtureRequest): Promise<WrittenFixture> {
  const { publisher, name, out, prune } = request;
  if (!NAME.test(name)) throw new CommandError(`--name "${name}": use lower-case words with hyphens`, 2);
  if (publisher !== undefined && !HOST.test(publisher))
    throw new CommandError(`--publisher "${publisher}": write a host, like example.com`, 2);
  const publishers = publisherRules(request);
  const { html, url } = await readPage(page, {
    ...(publisher !== undefined && { url: `https://${publisher}/news/article` }),
    ...request,
  });
  const fetchedAt = new Date().toISOString();
  const fixture = makeFixture({ html, url, fetchedAt }, { publishers, prune });
  const rules = publishers?.find(url, fetchedAt);
  const address = new URL(url).hostname;
  const host = publisher ?? rules?.hosts.find((one) => address === one || address.endsWith(`.${one}`)) ?? address;
  const folder = join(out, host);
  const files = { html: join(folder, `${name}.html`), json: join(folder, `${name}.json`) };
  await mkdir(folder, { recursive: true });
  await writeFile(files.html, fixture.html);
  const expectation = { url: fixture.url, fetchedAt, expected: fixture.extraction };
  await writeFile(files.json, `${JSON.stringify(expectation, null, 2)}\n`);
  return {
    lines: [
      ...Object.values(files).map((file) => `wrote ${relative(process.cwd(), file)}`),
      `rules: ${rules?.name ?? 'none for this host'}`,
      ...outcomeLines(fixture.extraction),
      `page: ${html.length} characters, scrubbed ${fixture.html.length}${fixture.pruned ? ', without the parts far from the article' : ''}`,
      ...(fixture.differences.length === 0
        ? ['the scrubbed page is read as the real one']
        : [
            'the scrubbed page is read otherwise than the real one:',
            ...fixture.differences.map((line) => `  ${line}`),
          ]),
      'check: no name, sentence or address of the publisher is left in the HTML; the JSON says what the article should be',
    ],
    isFaithful: fixture.differences.length === 0,
  };
}

function outcomeLines(extraction: Extraction): string[] {
  if (!extraction.ok) return [`no article: ${extraction.reason}`];
  const { authors, published, blocks, images, missing, warnings } = extraction.article;
  return [
    `article: ${blocks.length} blocks, ${images.length} pictures, ${authors.length} authors, published ${published?.iso ?? 'unknown'}`,
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(warnings.length > 0 ? [`warnings: ${warnings.join(', ')}`] : []),
  ];
}
