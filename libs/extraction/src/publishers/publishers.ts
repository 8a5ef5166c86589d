import { mediaIndonesia } from './mediaindonesia.com.js';
import { ndr } from './ndr.de.js';
import { newYorkTimes } from './nytimes.com.js';
import { physOrg } from './phys.org.js';
import type { Publisher } from './publisher.js';
import { sunSentinel } from './sun-sentinel.com.js';
import { theHill } from './thehill.com.js';

/** The publishers whose pages the generic road does not read right, by host. One file each, in this folder. */
export const builtInPublishers: readonly Publisher[] = [
  mediaIndonesia,
  ndr,
  newYorkTimes,
  physOrg,
  sunSentinel,
  theHill,
];
