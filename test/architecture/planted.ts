import { code } from './planted/code.planted.js';
import { layers } from './planted/layers.planted.js';
import { names } from './planted/names.planted.js';
import { packages } from './planted/packages.planted.js';
import type { Planted } from './planted/repository.js';

/** Breaches of every rule, and what only looks like one. */
export const planted: readonly Planted[] = [...layers, ...packages, ...code, ...names];
