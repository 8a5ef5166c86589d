import { file, project, source, web, type Planted } from './repository.js';

/** Breaches by what a file reads and imports. */
export const code: readonly Planted[] = [
  {
    rule: 'pureImport',
    what: 'files, network, processes, workers and timers',
    files: [
      web(),
      source(
        ...[
          'node:fs',
          'fs/promises',
          'node:net',
          'node:http',
          'node:child_process',
          'node:timers/promises',
          'node:os',
        ].map((name) => `import '${name}';`),
      ),
    ],
    found: [1, 2, 3, 4, 5, 6, 7].map((line) => `libs/web/src/a.ts:${line}`),
  },
  {
    rule: 'pureImport',
    what: 'hashing, a spec that reads files, and I/O in a library that may',
    files: [
      web(),
      source("import { createHash } from 'node:crypto';"),
      file('libs/web/src/a.spec.ts', "import 'node:fs';"),
      project('libs/outbound', 'outbound'),
      file('libs/outbound/src/a.ts', "import 'node:net';"),
    ],
    found: [],
  },
  ...[
    'export const a = Date.now();',
    'export const a = Date.now;',
    'export const a = new Date();',
    'export const a = new Date;',
    'export const a = Date();',
    'export const a = Math.random();',
    'setTimeout(() => undefined, 1);',
    'export const wait = (timer = setTimeout) => timer;',
    'export const a = { performance };',
    'export const a = process.cwd();',
    'console.log(1);',
    "export const a = () => fetch('http://127.0.0.1');",
    'export const a = crypto.randomUUID();',
    "import { randomBytes as bytes } from 'node:crypto';",
  ].map((line): Planted => ({
    rule: 'pureCode',
    what: line,
    files: [web(), source('', line)],
    found: ['libs/web/src/a.ts:2'],
  })),
  {
    rule: 'pureCode',
    what: 'dates from values, members and words of those names, and a clock in a library that may',
    files: [
      web(),
      source(
        'export const a = (now: Date) => new Date(now).getTime() + Date.UTC(2025, 1) + Math.max(1, 2);',
        'export const b = (page: { fetch: string; process: string }) => page.fetch + page.process;',
        "export const c = 'Date.now()'; // new Date()",
        'export interface Clock { now(): number; setTimeout: typeof setTimeout; console: string }',
      ),
      project('libs/stage', 'stage'),
      file('libs/stage/src/a.ts', 'export const now = Date.now();'),
    ],
    found: [],
  },
  {
    rule: 'environment',
    what: 'every way to read it',
    files: [
      web(),
      source(
        'export const a = process.env;',
        "export const b = process['env'];",
        'export const { env: c } = process;',
        'export const d = globalThis.process.env.HOME;',
        "import { env } from 'node:process';",
      ),
      file('test/support/a.ts', 'export const a = process.env;'),
    ],
    found: [...[1, 2, 3, 4, 5].map((line) => `libs/web/src/a.ts:${line}`), 'test/support/a.ts:1'],
  },
  {
    rule: 'environment',
    what: 'a config file, and other things called env',
    files: [
      project('apps/store', 'app'),
      file('apps/store/src/store.config.ts', 'export const a = process.env;'),
      file(
        'apps/store/src/a.ts',
        "export const a = (child: { env: string }) => child.env + 'process.env'; // process.env",
      ),
    ],
    found: [],
  },
  {
    rule: 'ownIndex',
    what: 'the index by path and by the name of the package',
    files: [
      web(),
      file('libs/web/src/index.ts', 'export const one = 1;'),
      source("import './index.js';", "import '@newsmill/web';"),
      file('libs/web/src/charset/a.ts', "import '../index.js';"),
      file('libs/web/src/a.spec.ts', "import './index.js';"),
    ],
    found: ['libs/web/src/a.ts:1', 'libs/web/src/a.ts:2', 'libs/web/src/charset/a.ts:1', 'libs/web/src/a.spec.ts:1'],
  },
  {
    rule: 'ownIndex',
    what: 'files whose names end alike',
    files: [web(), source("import './search-index.js';", "import '@newsmill/web-feeds';")],
    found: [],
  },
];
