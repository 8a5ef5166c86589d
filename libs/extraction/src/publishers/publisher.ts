import type { PublisherDefinition, RuledField } from './definition.js';
import { readDefinition } from './definition-schema.js';
import { compileLocator, type Locator } from './locator.js';
import { compileSelector, type Selector } from './selector.js';

/** A definition that was checked and compiled. */
export interface Publisher {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly validFrom: string | undefined;
  readonly validUntil: string | undefined;
  readonly fields: ReadonlyMap<RuledField, readonly Locator[]>;
  readonly body: readonly Selector[];
  readonly drop: readonly Selector[];
  readonly dropText: readonly string[];
  readonly keep: readonly Selector[];
  readonly note: string;
}

/** Everything that is wrong with a definition, each problem by field and with what to do. */
export class PublisherError extends Error {
  override readonly name = 'PublisherError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/**
 * A publisher's rules, for a file of this folder.
 * @throws PublisherError when the definition is wrong: told when the program starts, by file and field
 */
export function definePublisher(definition: PublisherDefinition): Publisher {
  return readPublisher(definition, `publishers/${definition.hosts[0] ?? definition.name}.ts`);
}

/**
 * Rules that come from outside, e.g. from a JSON file.
 * @param origin names the file in every problem
 * @throws PublisherError
 */
export function readPublisher(data: unknown, origin: string): Publisher {
  const read = readDefinition(data);
  if ('problems' in read) throw new PublisherError(read.problems.map((problem) => `${origin}: ${problem}`));
  const { name, hosts, validFrom, validUntil, fields = {}, note } = read.definition;
  const fieldEntries = Object.entries(fields) as [RuledField, string | string[]][];
  return {
    name,
    hosts,
    validFrom,
    validUntil,
    fields: new Map(fieldEntries.map(([field, sources]) => [field, many(sources).map(compileLocator)])),
    body: many(read.definition.body).map(compileSelector),
    drop: many(read.definition.drop).map(compileSelector),
    dropText: many(read.definition.dropText),
    keep: many(read.definition.keep).map(compileSelector),
    note,
  };
}

function many(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
