import { posix } from 'node:path';
import type { Rule } from '../rule.js';
import { fileOf, packageOf } from '../workspace.js';

/** index.ts is a project's face for others: no file inside imports it, by path or by the package's own name. */
export const ownIndex: Rule = ({ modules }) =>
  [...modules.values()].flatMap((module) =>
    module.imports
      .filter((imported) => {
        const target = fileOf(module, imported);
        if (target !== undefined) return posix.basename(target).replace(/\.ts$/, '') === 'index';
        return module.project?.manifest.name === packageOf(imported.specifier);
      })
      .map(({ specifier, line }) => ({
        path: module.path,
        line,
        message: `imports ${specifier}: index.ts is the face for other packages; inside, import the file itself`,
      })),
  );
