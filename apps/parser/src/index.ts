export { toArticleVersion } from './article-version.js';
export { parse } from './parse.stage.js';
export { parser } from './parser.service.js';
