import { confinedPackages } from '../boundaries.js';
import type { Rule } from '../rule.js';

/** A confined package is imported at its homes alone; tests, deploy/ and examples/ may import what they like. */
export const confinedPackage: Rule = ({ modules }) =>
  [...modules.values()]
    .filter(({ project, isTest }) => project !== undefined && !isTest)
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) =>
        confinedPackages
          .filter((confined) => confined.specifier.test(specifier))
          .filter(({ homes }) => !homes.some((home) => path === home || (home.endsWith('/') && path.startsWith(home))))
          .map(({ reason }) => ({ path, line, message: `imports ${specifier}: ${reason}` })),
      ),
    );
