import type { Publisher } from './publisher.js';

/** The publishers whose pages the generic road does not read right, by host. One file each, in this folder. */
export const builtInPublishers: readonly Publisher[] = [];
