import { businessInsiderGermany } from './businessinsider.de.js';
import { dealbreaker } from './dealbreaker.com.js';
import { legalTribune } from './lto.de.js';
import { ndr } from './ndr.de.js';
import { newYorkTimes } from './nytimes.com.js';
import { physOrg } from './phys.org.js';
import type { Publisher } from './publisher.js';
import { snopes } from './snopes.com.js';
import { theHill } from './thehill.com.js';

/** The publishers whose pages the generic road does not read right, by host. One file each, in this folder. */
export const builtInPublishers: readonly Publisher[] = [
  businessInsiderGermany,
  dealbreaker,
  legalTribune,
  ndr,
  newYorkTimes,
  physOrg,
  snopes,
  theHill,
];
