import { feeds, file, project, source, web, type Planted } from './repository.js';

/** Breaches of what a package.json says, and of where a package is known. */
export const packages: readonly Planted[] = [
  {
    rule: 'declaredDependency',
    what: 'packages and a project that package.json does not list',
    files: [
      file('package.json', '{ "name": "newsmill", "devDependencies": { "jest": "1" } }'),
      feeds(),
      web(),
      source("import 'chardet/lib/x.js';", "import '@scope/name/sub';", "import '@newsmill/feeds';", "import 'jest';"),
      file('test/a.spec.ts', "import 'ajv';", "import '@newsmill/web';", "import 'jest';"),
      file('libs/web/src/a.spec.ts', "import '@newsmill/feeds';"),
    ],
    found: [...[1, 2, 3, 4].map((line) => `libs/web/src/a.ts:${line}`), 'test/a.spec.ts:1', 'libs/web/src/a.spec.ts:1'],
  },
  {
    rule: 'declaredDependency',
    what: 'what is listed, what is part of Node and what the root lists for specs',
    files: [
      file('package.json', '{ "name": "newsmill", "devDependencies": { "@jest/globals": "1" } }'),
      web('chardet'),
      source("import 'chardet';", "import 'node:crypto';", "import './b.js';"),
      file('libs/web/src/a.spec.ts', "import '@jest/globals';"),
    ],
    found: [],
  },
  {
    rule: 'declaredDependency',
    what: 'packages of a test project: its own, those of the root, and one that only it lists',
    files: [
      file('package.json', '{ "name": "newsmill", "devDependencies": { "prettier": "1" } }'),
      project('test/bench', 'test', 'jsdom'),
      file('test/bench/bench.ts', "import 'jsdom';", "import 'prettier';"),
      file('test/a.spec.ts', "import './bench/bench.js';", "import 'jsdom';"),
    ],
    found: ['test/a.spec.ts:2'],
  },
  {
    rule: 'usedDependency',
    what: 'packages that nothing or only a spec imports, and a peer whose package is gone',
    files: [
      web('chardet', '@newsmill/feeds', 'rxjs'),
      feeds(),
      source("import 'node:crypto';"),
      file('libs/web/src/a.spec.ts', "import 'chardet';"),
    ],
    found: [9, 10, 11].map((line) => `libs/web/package.json:${line}`),
  },
  {
    rule: 'usedDependency',
    what: 'peers and drivers that a package loads by itself',
    files: [
      project('apps/store', 'app', '@nestjs/common', 'pg', 'reflect-metadata', 'rxjs', 'typeorm'),
      file('apps/store/src/a.ts', "import '@nestjs/common';", "import 'typeorm';"),
    ],
    found: [],
  },
  {
    rule: 'usedDependency',
    what: 'a test project, of which no file runs in the product: one package is imported, one is not',
    files: [
      project('test/bench', 'test', 'jsdom', 'linkedom'),
      file('test/bench/contestants/readability.ts', "import 'jsdom';"),
    ],
    found: ['test/bench/package.json:10'],
  },
  {
    rule: 'confinedPackage',
    what: 'packages away from their homes',
    files: [
      project('libs/transport', 'transport'),
      file('libs/transport/src/kafka/admin.ts', "import type { Admin } from 'kafkajs';"),
      file('libs/transport/src/module.ts', "import { Module } from '@nestjs/common';", "import 'nestjs-pino';"),
      project('libs/stage', 'stage'),
      file('libs/stage/src/a.ts', "export const pg = () => import('pg');"),
      project('apps/parser', 'app'),
      file('apps/parser/src/a.ts', "import 'pg';", "import 'undici';"),
    ],
    found: [
      'libs/transport/src/kafka/admin.ts:1',
      'libs/transport/src/module.ts:1',
      'libs/transport/src/module.ts:2',
      'libs/stage/src/a.ts:1',
      'apps/parser/src/a.ts:1',
      'apps/parser/src/a.ts:2',
    ],
  },
  {
    rule: 'confinedPackage',
    what: 'packages at home, in specs, and others that begin alike',
    files: [
      project('libs/transport', 'transport'),
      file('libs/transport/src/kafka/client.ts', "import 'kafkajs';", "import 'pg';"),
      file('libs/transport/src/a.spec.ts', "import 'kafkajs';"),
      project('apps/parser', 'app'),
      file('apps/parser/src/a.ts', "import '@nestjs/common';", "import 'pg-types';", "import 'kafkajs-snappy';"),
    ],
    found: [],
  },
];
