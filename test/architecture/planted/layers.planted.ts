import type { Layer } from '../boundaries.js';
import { feeds, file, nameOf, project, source, web, type Planted } from './repository.js';

/** Breaches of who may know whom. */
export const layers: readonly Planted[] = [
  ...forbiddenLayers([
    ['libs/contracts', 'contracts', 'libs/stage', 'stage'],
    ['libs/stage', 'stage', 'libs/transport', 'transport'],
    ['libs/transport', 'transport', 'libs/service', 'service'],
    ['libs/service', 'service', 'libs/web', 'pure'],
    ['libs/service', 'service', 'apps/store', 'app'],
    ['libs/feeds', 'pure', 'libs/outbound', 'outbound'],
    ['libs/feeds', 'pure', 'libs/stage', 'stage'],
    ['libs/outbound', 'outbound', 'libs/contracts', 'contracts'],
    ['libs/embedded-postgres', 'embedded', 'libs/transport', 'transport'],
    ['apps/parser', 'app', 'apps/store', 'app'],
    ['apps/parser', 'app', 'apps/standalone', 'standalone'],
    ['apps/store', 'app', 'libs/embedded-postgres', 'embedded'],
    ['test/bench', 'test', 'libs/stage', 'stage'],
  ]),
  {
    rule: 'layer',
    what: 'a spec that imports upwards',
    files: [web(), project('libs/stage', 'stage'), file('libs/web/src/a.spec.ts', "import '@newsmill/stage';")],
    found: ['libs/web/src/a.spec.ts:1'],
  },
  {
    rule: 'layer',
    what: 'a type, a late import and a re-export of a forbidden project',
    files: [
      web(),
      project('libs/stage', 'stage'),
      source(
        "import type { Stage } from '@newsmill/stage';",
        "export const late = () => import('@newsmill/stage');",
        "export { emit } from '@newsmill/stage/outcome';",
        "export type Named = import('@newsmill/stage').Stage;",
      ),
    ],
    found: [1, 2, 3, 4].map((line) => `libs/web/src/a.ts:${line}`),
  },
  {
    rule: 'layer',
    what: 'a dependency in package.json alone',
    files: [web('@newsmill/stage'), project('libs/stage', 'stage')],
    found: ['libs/web/package.json:9'],
  },
  {
    rule: 'layer',
    what: 'a project without a layer',
    files: [project('libs/web', 'sideways' as Layer)],
    found: ['libs/web/package.json:3'],
  },
  {
    rule: 'layer',
    what: 'standalone, tests and deploy, which import apps',
    files: [
      project('apps/standalone', 'standalone', '@newsmill/store'),
      project('apps/store', 'app'),
      file('apps/standalone/src/pipeline.ts', "import '@newsmill/store';"),
      file('test/pipeline.spec.ts', "import '@newsmill/store';"),
      file('deploy/start.ts', "import '@newsmill/store';"),
    ],
    found: [],
  },
  {
    rule: 'packageBoundary',
    what: 'a path into another project, and one into test/support from code that runs',
    files: [
      feeds(),
      web(),
      file('libs/web/src/index.ts', 'export const one = 1;'),
      file('libs/feeds/src/a.ts', "import '../../web/src/index.js';", "import '../../../test/support/real-parts.js';"),
    ],
    found: ['libs/feeds/src/a.ts:1', 'libs/feeds/src/a.ts:2'],
  },
  {
    rule: 'packageBoundary',
    what: 'a spec that uses the real parts of test/support',
    files: [web(), file('libs/web/src/a.integration.spec.ts', "import '../../../test/support/real-parts.js';")],
    found: [],
  },
  {
    rule: 'projectCycle',
    what: 'two projects that import each other',
    files: [
      feeds(),
      web(),
      source("import '@newsmill/feeds';"),
      file('libs/feeds/src/a.ts', "import '@newsmill/web';"),
    ],
    found: ['libs/feeds/package.json:1'],
  },
  {
    rule: 'projectCycle',
    what: 'two projects that list each other',
    files: [feeds('@newsmill/web'), web('@newsmill/feeds')],
    found: ['libs/feeds/package.json:9'],
  },
  {
    rule: 'projectCycle',
    what: 'two ways to one project',
    files: [project('libs/extraction', 'pure', '@newsmill/feeds', '@newsmill/web'), feeds('@newsmill/web'), web()],
    found: [],
  },
  {
    rule: 'fileCycle',
    what: 'three files in a ring, one link a type',
    files: [
      web(),
      source("import './b.js';"),
      file('libs/web/src/b.ts', '', "import type { C } from './c/c.js';"),
      file('libs/web/src/c/c.ts', "export * from '../a.js';"),
    ],
    found: ['libs/web/src/a.ts:1'],
  },
  {
    rule: 'fileCycle',
    what: 'two files that use a third',
    files: [
      web(),
      source("import './b.js';", "import './c.js';"),
      file('libs/web/src/b.ts', "import './c.js';"),
      file('libs/web/src/c.ts', ''),
    ],
    found: [],
  },
];

/** One case for each arrow that the dependency rule does not draw. */
function forbiddenLayers(arrows: readonly (readonly [string, Layer, string, Layer])[]): Planted[] {
  return arrows.map(([from, fromLayer, to, toLayer]) => ({
    rule: 'layer',
    what: `${from} that imports ${to}`,
    files: [project(from, fromLayer), project(to, toLayer), file(`${from}/src/a.ts`, '', `import '${nameOf(to)}';`)],
    found: [`${from}/src/a.ts:2`],
  }));
}
