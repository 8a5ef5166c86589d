import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { articleChanges, articleState, toJsonSchema } from '@newsmill/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { checkScript, expectedModel, scripts, scriptText } from '../examples/conformance/check.ts';
import { Model, type PublicEvent, type PublicRecord } from '../examples/consumers/typescript/model.ts';
import { pythonUnavailable } from './support/python.ts';
import { python } from './support/real-parts.config.ts';

const CONSUMERS = join(import.meta.dirname, '../examples/consumers');

interface Broken {
  what: string;
  /** The script that finds it. */
  by: string;
  /** What stands in the model, and what stands there instead. */
  find: string;
  put: string;
}

interface Language {
  name: string;
  command: string;
  args: (folder: string) => string[];
  model: string;
  broken: readonly Broken[];
  missing: string | undefined;
}

const languages: readonly Language[] = [
  {
    name: 'typescript',
    command: process.execPath,
    args: (folder) => [join(folder, 'conformance.ts')],
    model: 'model.ts',
    missing: undefined,
    broken: [
      {
        what: 'older revisions win when they come later',
        by: '02-duplicates',
        find: 'revision <= known.revision',
        put: 'false',
      },
      { what: 'tombstones do nothing', by: '06-tombstone', find: 'if (!isState) return;', put: 'return;' },
      {
        what: 'what is gone is forgotten at once',
        by: '06-tombstone',
        find: 'this.gone.set(key, known?.revision ?? this.gone.get(key) ?? 0);',
        put: '',
      },
      {
        what: 'behind a tombstone state must be greater too',
        by: '08-restored-behind-a-tombstone',
        find: '(isState ? 0 : 1)',
        put: '1',
      },
      {
        what: 'behind a tombstone changes may be equal',
        by: '07-tombstone-alone-after-compaction',
        find: '(isState ? 0 : 1)',
        put: '0',
      },
      {
        what: 'a text stays when the article is withheld',
        by: '09-withheld-and-back',
        find: '...(reason',
        put: '...known, revision, pubStatus, ...(reason',
      },
      {
        what: 'a status that is not known is shown',
        by: '11-unknown-kinds',
        find: "pubStatus === 'usable' && record",
        put: 'record',
      },
      {
        what: 'unknown fields of the record are dropped',
        by: '10-unknown-fields',
        find: '&& { record }',
        put: '&& { record: { uri: record.uri } }',
      },
      {
        what: 'revisions may not jump',
        by: '12-revisions-jump',
        find: 'revision <= known.revision',
        put: 'revision !== known.revision + 1',
      },
      {
        what: 'kinds must be known',
        by: '11-unknown-kinds',
        find: 'const { revision, reason',
        put: "if (value.changeKind === 'merged') return;\n    const { revision, reason",
      },
      { what: 'a restart forgets what is gone', by: '13-restarts', find: 'gone: [...this.gone]', put: 'gone: []' },
      {
        what: 'a restart forgets everything',
        by: '13-restarts',
        find: 'articles: [...this.articles]',
        put: 'articles: []',
      },
      {
        what: 'pubStatus is needed',
        by: '14-older-release-withdrawn',
        find: 'if (pubStatus !== undefined) return pubStatus;',
        put: "return pubStatus ?? 'usable';",
      },
    ],
  },
  {
    name: 'python',
    command: python(),
    args: (folder) => ['-B', join(folder, 'conformance.py')],
    model: 'model.py',
    missing: pythonUnavailable(),
    broken: [
      {
        what: 'older revisions win when they come later',
        by: '02-duplicates',
        find: 'if known and revision <= known["revision"]',
        put: 'if False',
      },
      { what: 'tombstones do nothing', by: '06-tombstone', find: 'if not is_state:', put: 'if True:' },
      {
        what: 'a text stays when the article is withheld',
        by: '09-withheld-and-back',
        find: 'if pub_status == "usable" and "record"',
        put: 'article = {**(known or {}), **article}\n        if "record"',
      },
      {
        what: 'behind a tombstone state must be greater too',
        by: '08-restored-behind-a-tombstone',
        find: '(0 if is_state else 1)',
        put: '1',
      },
      { what: 'a restart forgets what is gone', by: '13-restarts', find: 'gone=saved["gone"]', put: 'gone={}' },
    ],
  },
];

describe('the scripts', () => {
  const [changes, state] = [articleChanges, articleState].map((topic) => {
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    return ajv.compile(toJsonSchema(topic.schema));
  });

  it('are told of in their README', () => {
    const page = readFileSync(join(import.meta.dirname, '../examples/conformance/README.md'), 'utf8');
    for (const script of scripts) expect(page).toContain(`\`${script.replace(/^\d+-/, '')}\``);
  });

  it.each(scripts.filter((script) => !script.endsWith('unknown-kinds')))(
    '%s holds what the schemas allow',
    (script) => {
      const lines = scriptText(script)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as PublicRecord);
      for (const { topic, value } of lines) {
        if (value === undefined || value === null) continue;
        const validate = topic.endsWith(articleState.name) ? state! : changes!;
        expect(validate(value) ? [] : validate.errors).toEqual([]);
      }
    },
  );

  it('of unknown kinds breaks them, and on purpose', () => {
    const lines = scriptText('11-unknown-kinds')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PublicRecord);
    expect(lines.filter(({ value }) => !changes!(value)).map(({ value }) => value!.changeKind)).toEqual([
      'split',
      'merged',
      'sealed',
    ]);
  });

  it('expect records only of what is usable', () => {
    const articles = scripts.flatMap((script) => Object.values(expectedModel(script) as Record<string, PublicEvent>));
    expect(articles.length).toBeGreaterThan(15);
    for (const { pubStatus, record } of articles) expect(record !== undefined).toBe(pubStatus === 'usable');
  });
});

for (const { name, command, args, model, broken, missing } of languages) {
  (missing === undefined ? describe : describe.skip)(`the consumer in ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'newsmill-consumer-'));

    beforeAll(() => cpSync(join(CONSUMERS, name), folder, { recursive: true }));

    afterAll(() => rmSync(folder, { recursive: true }));

    it.each(scripts)('keeps the contract: %s', async (script) => {
      expect(await checkScript(script, command, args(join(CONSUMERS, name)))).toEqual({ script });
    });

    it.each(broken)('would not, if $what: $by', async ({ by, find, put }) => {
      const text = readFileSync(join(CONSUMERS, name, model), 'utf8');
      expect(text.split(find)).toHaveLength(2);
      writeFileSync(
        join(folder, model),
        text.replace(find, () => put),
      );
      // It runs, and what it says is wrong.
      const { fault } = await checkScript(by, command, args(folder));
      expect(fault).toMatch(/^wrote \{/);
    });
  });
}

describe('the model under any schedule', () => {
  const [CHANGES, STATE] = ['p.news.article.changes.v1', 'p.news.article.state.v1'];
  /** What happens to one article, revision by revision; a tombstone may follow a withdrawal. */
  const lives = fc.array(
    fc.oneof(
      fc.constant('usable'),
      fc.constant('withheld'),
      fc.constant('canceled'),
      fc.constant('canceled, then gone'),
    ),
    { minLength: 1, maxLength: 6 },
  );

  /** Both topics as they are written for one article. */
  function topicsOf(life: readonly string[]): { changes: PublicRecord[]; state: PublicRecord[] } {
    const changes: PublicRecord[] = [];
    const state: PublicRecord[] = [];
    life.forEach((what, index) => {
      const pubStatus = what.split(',')[0]!;
      const revision = index + 1;
      const value = { revision, pubStatus, ...(pubStatus === 'usable' && { record: { of: revision } }) };
      changes.push({ topic: CHANGES, key: 'a', value });
      state.push({ topic: STATE, key: 'a', value });
      if (what !== pubStatus) state.push({ topic: STATE, key: 'a', value: null });
    });
    return { changes, state };
  }

  it('shows in the end what the last revision says: topics apart, read again from anywhere, restarted, compacted', () => {
    const steps = fc.array(
      fc.record({
        topic: fc.constantFrom('changes' as const, 'state' as const),
        back: fc.nat(4),
        goesBack: fc.boolean(),
        restarts: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(lives, steps, fc.nat(8), (life, schedule, compacted) => {
        const topics = topicsOf(life);
        // Compaction keeps the last record; of those before it removes some.
        const last = topics.state.length - 1;
        const kept = topics.state.filter((_, index) => index >= Math.min(compacted, last));
        const at = { changes: 0, state: 0 };
        let model = new Model();
        const read = (topic: 'changes' | 'state'): void => {
          const records = topic === 'state' ? kept : topics.changes;
          if (at[topic] < records.length) model.apply(records[at[topic]++]!);
        };
        for (const { topic, back, goesBack, restarts } of schedule) {
          if (restarts) model = Model.load(model.save());
          if (goesBack) at[topic] = Math.max(0, at[topic] - back);
          read(topic);
        }
        for (const topic of ['state', 'changes', 'state'] as const) {
          while (at[topic] < (topic === 'state' ? kept : topics.changes).length) read(topic);
        }
        const [final, revision] = [life.at(-1)!, life.length];
        const shown = model.articles.get('a');
        const expected = final === 'usable' ? { of: revision } : undefined;
        expect(shown?.record).toEqual(expected);
        if (final === 'usable' || final === 'withheld') expect(shown).toMatchObject({ revision, pubStatus: final });
      }),
      { numRuns: 3_000 },
    );
  });
});
