export { judge, type Verdict } from './feed-case.js';
export { allExclusions } from './exclusions.js';
