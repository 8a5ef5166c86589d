import type { Rule } from './rule.js';
import { confinedPackage } from './rules/confined-package.rule.js';
import { declaredDependency, usedDependency } from './rules/dependencies.rule.js';
import { environment } from './rules/environment.rule.js';
import { fileCycle, projectCycle } from './rules/cycles.rule.js';
import { fileLength } from './rules/file-length.rule.js';
import { layer, packageBoundary } from './rules/layers.rule.js';
import { className, fileName, placeName } from './rules/names.rule.js';
import { ownIndex } from './rules/own-index.rule.js';
import { pureCode, pureImport } from './rules/purity.rule.js';

/** What the structure of the repository promises, by name. */
export const rules = {
  layer,
  packageBoundary,
  projectCycle,
  fileCycle,
  declaredDependency,
  usedDependency,
  confinedPackage,
  pureImport,
  pureCode,
  environment,
  ownIndex,
  placeName,
  fileName,
  className,
  fileLength,
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
