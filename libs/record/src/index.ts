export { annotate } from './annotate.js';
export { type Inspection, inspectDocument, splitDocument } from './inspect-document.js';
export type { Problem } from './items/newsroom-item.js';
export { readDocument, type Reading } from './read-document.js';
export { sniffDocument } from './sniff-document.js';
