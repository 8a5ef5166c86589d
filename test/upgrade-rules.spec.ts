import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { incompatibilities, type JsonSchema, jsonSchemas } from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { fileAt, filesAt, previousRelease, type ReleasedCommit } from './support/previous-release.ts';
import { changedTopics, type TopicReference } from './upgrade/changed-topics.ts';
import { contractions } from './upgrade/contractions.ts';
import { statementsOf } from './upgrade/migration-statements.ts';
import { widenedValues } from './upgrade/widened-values.ts';

/**
 * What docs/upgrades.md asks of one release is held against the release before. Exceptions stand here, each with the
 * reason why services of the release before bear it; they go with the release that they were made for.
 */
const exceptions: Record<string, string> = {};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RELEASED = 'libs/contracts/schemas/released';
const REFERENCE = 'docs/reference/asyncapi.json';
const SERVICES = ['fetcher', 'store'] as const;

const release = previousRelease();
const migrationsOf = (service: string): string => `apps/${service}/src/migrations`;
const parse = (text: string): JsonSchema => JSON.parse(text) as JsonSchema;

/** Breaches by migrations of a service that the release did not have. */
function ofMigrations(service: string, before: readonly string[]): string[] {
  const folder = migrationsOf(service);
  const added = readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.ts') && !before.includes(`${folder}/${name}`))
    .sort();
  const statements = added.flatMap((name) => statementsOf(readFileSync(`${ROOT}${folder}/${name}`, 'utf8')));
  return contractions(statements).map((breach) => `${service}: ${breach}`);
}

function ofSchemas(before: ReleasedCommit): string[] {
  const now = jsonSchemas();
  return filesAt(before, RELEASED).flatMap((path) => {
    const name = path.slice(RELEASED.length + 1);
    const [promised, current] = [parse(fileAt(before, path)!), now.get(name)];
    if (current === undefined) return [`${name}: the schema is gone`];
    return [...incompatibilities(promised, current), ...widenedValues(promised, current)].map(
      (breach) => `${name}: ${breach}`,
    );
  });
}

function ofTopics(before: ReleasedCommit): string[] {
  const promised = fileAt(before, REFERENCE);
  if (promised === undefined) return [];
  const current = readFileSync(`${ROOT}${REFERENCE}`, 'utf8');
  return changedTopics(JSON.parse(promised) as TopicReference, JSON.parse(current) as TopicReference);
}

describe('beside the release before', () => {
  if (typeof release === 'string') {
    it('there is none yet, and no exceptions are needed', () => {
      expect([release, exceptions]).toEqual([expect.stringMatching(/tag v\*/), {}]);
    });
    return;
  }
  const found = [
    ...SERVICES.flatMap((service) => ofMigrations(service, filesAt(release, migrationsOf(service)))),
    ...ofSchemas(release),
    ...ofTopics(release),
  ];

  it(`nothing that ${release.ref} needs is taken away or narrowed`, () => {
    expect(found.filter((breach) => !(breach in exceptions))).toEqual([]);
  });

  it('every exception is still needed', () => {
    expect(Object.keys(exceptions).filter((breach) => !found.includes(breach))).toEqual([]);
  });
});

describe('migrations may only add', () => {
  it.each([
    ['CREATE TABLE x (id uuid NOT NULL)'],
    ['ALTER TABLE article ADD COLUMN reason text, ADD source_id bigint'],
    ["ALTER TABLE article ADD COLUMN kind text NOT NULL DEFAULT 'drop', ADD n serial NOT NULL"],
    ["ALTER TABLE feed ADD host text NOT NULL GENERATED ALWAYS AS (substring(url from 'rename')) STORED"],
    ['ALTER TABLE feed ADD price numeric(10, 2)'],
    ['ALTER TABLE feed ADD a uuid, ADD CONSTRAINT a_fk FOREIGN KEY (a) REFERENCES source (id)'],
    ['CREATE INDEX article_gone_idx ON article (changed_at)'],
    ['CREATE VIEW feed_address AS SELECT url FROM feed'],
    ['CREATE TABLE x (id uuid); ALTER TABLE x ADD CONSTRAINT x_key UNIQUE (id); DELETE FROM x'],
    ['ALTER TABLE article ADD COLUMN note text; UPDATE article a SET note = coalesce(v.note, a.x) FROM v'],
    ['INSERT INTO change_log_head (log_id) VALUES (1)'],
    ['SELECT 1 -- DROP TABLE article'],
    ['ALTER TABLE article ALTER COLUMN n SET DEFAULT 0'],
  ])('allowed: %s', (sql) => {
    expect(contractions(statementsOf(migration(sql)))).toEqual([]);
  });

  it.each([
    ['DROP TABLE article', 'takes something away'],
    ['drop index feed_due_idx', 'takes something away'],
    ['ALTER TABLE article ADD COLUMN a text, DROP COLUMN b', 'takes something away'],
    ['ALTER TABLE article ALTER COLUMN replay DROP DEFAULT', 'takes something away'],
    ['ALTER TABLE article ALTER record DROP NOT NULL', 'takes something away'],
    ['ALTER TABLE article RENAME COLUMN a TO b', 'renames'],
    ['ALTER INDEX a RENAME TO b', 'renames'],
    ['ALTER TABLE article ALTER COLUMN a TYPE bigint', 'changes a type'],
    ['ALTER TABLE article ALTER COLUMN a SET DATA TYPE bigint', 'changes a type'],
    ['ALTER TABLE article ALTER COLUMN a SET NOT NULL', 'refuses null'],
    ['ALTER TABLE ONLY article ADD COLUMN a text NOT NULL', 'adds a column that'],
    ["ALTER TABLE article ADD a text NOT NULL CHECK (a <> 'default')", 'adds a column that'],
    ['ALTER TABLE article ADD CONSTRAINT a_key UNIQUE (a)', 'adds a constraint'],
    ['ALTER TABLE article ADD CONSTRAINT a_fk FOREIGN KEY (a) REFERENCES source (id)', 'adds a constraint'],
    ['CREATE UNIQUE INDEX a ON article (a)', 'what was allowed twice'],
    ['UPDATE feed SET active = false', 'changes what services of before keep in active'],
    ['DELETE FROM article WHERE record IS NULL', 'takes rows away'],
    ['TRUNCATE receipt', 'takes rows away'],
    ['SELECT 1; /* and */ DROP\n TABLE article', 'takes something away'],
  ])('refused: %s', (sql, why) => {
    expect(contractions(statementsOf(migration(sql)))).toEqual([expect.stringContaining(why)]);
  });

  it('of what a migration goes back by nothing counts, of what it calls everything', () => {
    const source = `import type { QueryRunner } from 'typeorm';
      export class A implements MigrationInterface {
        async up(runner: QueryRunner) { await this.seed(runner); }
        private async seed(runner: QueryRunner) { await runner.query(\`DROP VIEW \${this.view}\`); }
        async down(runner: QueryRunner) { await runner.query('DROP TABLE a'); }
      }`;
    expect(statementsOf(source)).toEqual(['drop view ?']);
  });

  it('would have refused what the store and the fetcher did before the first release', () => {
    const later = [...ofMigrations('store', first('store')), ...ofMigrations('fetcher', first('fetcher'))];
    expect(later).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^store: takes something away: alter table outbox alter column revision set not null/),
        expect.stringMatching(/^store: takes something away: alter table article_version alter column version_created/),
        expect.stringMatching(/^fetcher: changes what services of before keep in active: update feed/),
      ]),
    );
  });
});

describe('contracts and topics may only add', () => {
  it('a new value where readers know the list is told by its field', () => {
    const before = { properties: { outcome: { enum: ['a'] }, list: { items: { const: 1 } } }, type: 'object' };
    const after = { properties: { outcome: { enum: ['a', 'b'] }, list: { items: {} }, further: { enum: [1] } } };
    expect(widenedValues(before, after)).toEqual(['outcome: "b"', 'list[]: any value']);
    expect(widenedValues(before, before)).toEqual([]);
  });

  it('a topic that is gone, cut otherwise or cleaned up otherwise is told by its name', () => {
    const topic = (partitions: number, policy: string) => ({
      bindings: { kafka: { partitions, topicConfiguration: { 'cleanup.policy': [policy] } } },
    });
    const before = { channels: { a: topic(6, 'delete'), b: topic(6, 'delete'), c: topic(1, 'delete'), d: {} } };
    const after = { channels: { b: topic(12, 'delete'), c: topic(1, 'compact'), d: {}, e: topic(1, 'delete') } };
    expect(changedTopics(before, after)).toEqual([
      'a: the topic is gone',
      'b: 6 partitions became 12',
      'c: clean-up delete became compact',
    ]);
  });
});

function migration(sql: string): string {
  return `class A { async up(runner) { await runner.query(${JSON.stringify(sql)}); } async down() {} }`;
}

/** The first migration of a service alone. */
function first(service: string): string[] {
  const [name] = readdirSync(`${ROOT}${migrationsOf(service)}`).sort();
  return [`${migrationsOf(service)}/${name!}`];
}
