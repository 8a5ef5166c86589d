export { annotate } from './annotate.js';
export { readDocument, type Reading } from './read-document.js';
